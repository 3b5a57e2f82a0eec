import { ApiClient } from '@dronedelivery/local/api-client';
import type { Credentials } from '@dronedelivery/local/credentials';
import type { LocalSystem } from '@dronedelivery/local/system';
import { verifySystem } from '@dronedelivery/local/verify';
import { assignmentTimes } from '../assignments.ts';
import { startBenchSystem } from '../bench-system.ts';
import { soonS, untilSoonAgain, watchMemory } from '../measures.ts';
import { type AcceptedDelivery, type OpenLoadResult, runOpenLoad } from '../open-load.ts';
import { measureUsage, pin } from '../process-usage.ts';
import { type Figure, print } from '../report.ts';
import { untilHandled, type Waiting, watchWaiting } from '../waiting.ts';

const drones = 12_000;
const timeScale = 100;
const businesses = 4;
/** One of them is what the processor sustains at most. */
const ratesPerS = [150, 200, 250];
/** So long that as many deliveries end as begin: those that fly cost more than those that are assigned. */
const rateMs = 40_000;
const overloadMs = 60_000;
const timesTooMany = 10;
const inFlightMax = 400;
/**
 * The clients are on other machines, and the way in has nodes of its own in a cluster: these have one processor, and
 * everything behind the edge the other.
 */
const processors = { system: 0, edgeAndClients: 1 } as const;
/** Some three seconds' work of one processor: what lies on the queue is not all that waits, those that fly send news. */
const settings = { edge: {}, ingestion: { WAITING_MAX: '500' } } as const;
const samplesMax = 4_000;
const recoveryLimitS = 10;

/** Ten times as many requests as a whole processor can work off and fly, through the edge with its own limits. */
export async function overloadAtFullScenario(): Promise<void> {
  await using system = await startBenchSystem({ drones, timeScale }, { settings });
  for (const [name, { pid }] of Object.entries(system.info.services)) {
    pin(pid, name === 'edge' ? processors.edgeAndClients : processors.system);
  }
  const run = await prepare(system);
  const runAt = async (perSecond: number): Promise<number> => {
    const { goodput, load, recoveredMs, waiting } = await run(perSecond, rateMs);
    print(`${perSecond} a second, for ${rateMs / 1000} s`, [
      { name: 'goodput', value: goodput, unit: '/s' },
      { name: 'accepted', value: load.accepted.length, unit: 'requests' },
      ...mostWaiting(waiting),
      { name: `assigned within ${soonS} s again after`, value: recoveredMs / 1000, unit: 's' },
    ]);
    return goodput;
  };
  let before = 0;
  let bestRate = 0;
  for (const perSecond of ratesPerS) {
    const goodput = await runAt(perSecond);
    if (goodput > before) [before, bestRate] = [goodput, perSecond];
  }
  const memory = watchMemory(system);
  const usage = measureUsage(system.info.services);
  const { load, goodput, recoveredMs, waiting } = await run(timesTooMany * before, overloadMs);
  const most = memory.stop();
  const used = usage();
  // The machine is not as fast at every hour: what it gives is measured on both sides of what is compared with it.
  const peak = (before + (await runAt(bestRate))) / 2;
  const { violations } = await verifySystem(
    system.info,
    sampleOf(load).map(({ id }) => id),
  );
  const seconds = overloadMs / 1000;
  const refused = Object.entries(load.answers).filter(([status]) => status !== '202');
  const limit = { name: 'the peak', value: peak };
  print(`${timesTooMany} times as many requests as a whole processor can work off, for ${seconds} s`, [
    { name: 'asked', value: load.sentPerSecond, unit: '/s', limit },
    { name: 'goodput', value: goodput, unit: '/s', limit },
    { name: 'accepted', value: load.accepted.length, unit: 'requests' },
    ...refused.map(([status, count]) => ({ name: `answered ${status}`, value: count, unit: 'requests' })),
    { name: 'refused without Retry-After', value: load.withoutRetryAfter, unit: 'requests' },
    { name: 'answered, p99', value: load.p99Ms, unit: 'ms' },
    ...mostWaiting(waiting),
    ...recovery(recoveredMs / 1000),
    { name: 'violations of the invariants', value: violations.length, unit: '', note: violations[0]?.text ?? '' },
    ...most,
    ...used.map(({ name, processorSeconds }) => {
      return { name: `processor of ${name}`, value: processorSeconds, unit: 's, recovery included' };
    }),
  ]);
}

function recovery(seconds: number): Figure[] {
  const limit = { name: 'the limit', value: recoveryLimitS };
  return [{ name: `assigned within ${soonS} s again after`, value: seconds, unit: 's', limit }];
}

function mostWaiting(waiting: Waiting): Figure[] {
  return Object.entries(waiting).map(([name, value]) => ({ name: `${name} waiting, most`, value, unit: '' }));
}

interface Outcome {
  readonly load: OpenLoadResult;
  /** Assignments a second while it was asked. */
  readonly goodput: number;
  readonly recoveredMs: number;
  readonly waiting: Waiting;
}

async function prepare(system: LocalSystem) {
  const { edgeUrl, services, demo } = system.info;
  const tokens = await Promise.all(
    Array.from({ length: businesses }, async (_, n) =>
      n === 0 ? new ApiClient(edgeUrl, demo).token() : registered(edgeUrl, n),
    ),
  );
  const token = tokens[0] ?? '';
  return async (perSecond: number, forMs: number): Promise<Outcome> => {
    const startMs = Date.now();
    const watch = watchWaiting(services.broker?.url ?? '');
    const processor = processors.edgeAndClients;
    const load = await runOpenLoad({ url: edgeUrl, tokens, perSecond, forMs, inFlightMax, processor });
    const endMs = Date.now();
    const recoveredMs = await untilSoonAgain(system, { url: services.ingestion?.url ?? '', token }, endMs);
    await untilHandled(services.broker?.url ?? '');
    const waiting = await watch.stop();
    const sample = sampleOf(load);
    let during = 0;
    for (const one of tokens) {
      const ids = sample.filter((delivery) => delivery.token === one).map(({ id }) => id);
      const times = await assignmentTimes(services.delivery?.url ?? '', one, ids);
      during += [...times.values()].filter((at) => at >= startMs && at <= startMs + forMs).length;
    }
    return { load, goodput: (during / sample.length) * (load.accepted.length / (forMs / 1000)), recoveredMs, waiting };
  };
}

function sampleOf({ accepted }: OpenLoadResult): readonly AcceptedDelivery[] {
  const every = Math.ceil(accepted.length / samplesMax);
  return accepted.filter((_, n) => n % every === 0);
}

/** The token of a new business. */
async function registered(edgeUrl: string, n: number): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ name: `Business ${n}` });
  const answer = await fetch(`${edgeUrl}/v1/businesses`, { method: 'POST', headers, body });
  const { client } = (await answer.json()) as { readonly client: Credentials };
  return new ApiClient(edgeUrl, client).token();
}
