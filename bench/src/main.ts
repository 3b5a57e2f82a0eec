// Prints figures, each as a ratio against a limit or a peer of the same run. Names of scenarios as arguments choose some.
import { backlogScenario } from './scenarios/backlog.ts';
import { brokerScenario } from './scenarios/broker.ts';
import { burstScenario } from './scenarios/burst.ts';
import { ingestionScenario } from './scenarios/ingestion.ts';
import { overloadScenario } from './scenarios/overload.ts';
import { overloadAtFullScenario } from './scenarios/overload-at-full.ts';
import { rabbitMqScenario } from './scenarios/rabbitmq.ts';
import { restScenario } from './scenarios/rest.ts';
import { steadyScenario } from './scenarios/steady.ts';
import { steadyFlightScenario } from './scenarios/steady-flight.ts';

const scenarios = {
  rest: restScenario,
  broker: brokerScenario,
  rabbitmq: rabbitMqScenario,
  backlog: backlogScenario,
  ingestion: ingestionScenario,
  burst: burstScenario,
  'steady-flight': steadyFlightScenario,
  steady: steadyScenario(1),
  overload: overloadScenario,
  'overload-at-full': overloadAtFullScenario,
  'steady-5-minutes': steadyScenario(5),
} as const;

/** Too long to come unasked. */
const onlyNamed = ['steady-5-minutes', 'overload-at-full'];
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !Object.hasOwn(scenarios, name));
if (unknown.length > 0)
  throw new Error(`Unknown: ${unknown.join(', ')}; expected ${Object.keys(scenarios).join(', ')}.`);
for (const [name, scenario] of Object.entries(scenarios)) {
  if (chosen.length === 0 ? !onlyNamed.includes(name) : chosen.includes(name)) await scenario();
}
