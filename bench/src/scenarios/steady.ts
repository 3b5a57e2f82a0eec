import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '@dronedelivery/local/api-client';
import { startBenchSystem } from '../bench-system.ts';
import { percentiles } from '../load.ts';
import { runOpenLoad } from '../open-load.ts';
import { measureUsage, type NamedUsage } from '../process-usage.ts';
import { watchQueueAge } from '../queue-age.ts';
import { type Figure, print } from '../report.ts';

const perSecond = 300;
const drones = 4_000;
const timeScale = 100;
const ageLimitMs = 1_000;
/** In which every process still compiles what it does most; told apart. */
const warmUpS = 30;

/** A steady stream of requests whose drones really fly, a hundred times as fast, so that the fleet suffices. */
export function steadyScenario(minutes: number): () => Promise<void> {
  return async () => {
    await using system = await startBenchSystem({ drones, timeScale });
    const { edgeUrl, services, demo } = system.info;
    const token = await new ApiClient(edgeUrl, demo).token();
    await using queue = await watchQueueAge(system.connectionString);
    const seconds = minutes * 60;
    const load = runOpenLoad({
      url: services.ingestion?.url ?? '',
      tokens: [token],
      perSecond,
      forMs: (warmUpS + seconds) * 1000,
      inFlightMax: 500,
    });
    const warmedUp = delay(warmUpS * 1000).then(() => ({
      coldAgesMs: queue.agesMs.splice(0),
      usage: measureUsage(services),
    }));
    const [{ accepted, answers, p99Ms }, { coldAgesMs, usage }] = await Promise.all([load, warmedUp]);
    const used = usage();
    const acceptedPerSecond = accepted.length / (warmUpS + seconds);
    const age = percentiles([...queue.agesMs]);
    const limit = { name: 'the limit', value: ageLimitMs };
    print(
      `${perSecond} requests a second for ${minutes} min after ${warmUpS} s to warm up, ${drones} drones flying at ${timeScale} times the speed`,
      [
        { name: 'accepted', value: acceptedPerSecond, unit: '/s', note: JSON.stringify(answers) },
        { name: 'answered, p99', value: p99Ms, unit: 'ms' },
        { name: 'age of the oldest request, p50', value: age.p50Ms, unit: 'ms', limit },
        { name: 'age of the oldest request, p99', value: age.p99Ms, unit: 'ms', limit },
        { name: 'age of the oldest request, most', value: Math.max(...queue.agesMs), unit: 'ms', limit },
        { name: 'the same while it warmed up, most', value: Math.max(...coldAgesMs), unit: 'ms', limit },
        ...spent(used, seconds),
      ],
    );
  };
}

/** What the processes have used of the machine, after the warming up. */
function spent(used: readonly NamedUsage[], seconds: number): Figure[] {
  const ofACore = (processorSeconds: number) => (processorSeconds / seconds) * 100;
  const all = used.reduce((sum, { processorSeconds }) => sum + processorSeconds, 0);
  const machine = { name: 'the machine', value: availableParallelism() * 100 };
  return [
    { name: 'processor of all together', value: ofACore(all), unit: '% of a core', limit: machine },
    ...used.flatMap(({ name, processorSeconds, writtenBytes }) => [
      { name: `processor of ${name}`, value: ofACore(processorSeconds), unit: '% of a core' },
      { name: `written by ${name}`, value: writtenBytes / seconds / 1e6, unit: 'MB a second' },
    ]),
  ];
}
