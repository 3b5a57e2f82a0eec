import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '@dronedelivery/local/api-client';
import { startBenchSystem } from '../bench-system.ts';
import { percentiles } from '../load.ts';
import { runOpenLoad } from '../open-load.ts';
import { measureUsage } from '../process-usage.ts';
import { watchQueueAge } from '../queue-age.ts';
import { print } from '../report.ts';

const perSecond = 300;
const drones = 4_000;
const timeScale = 100;
const ageLimitMs = 1_000;
/** In which every process still compiles what it does most; told apart. */
const warmUpMs = 30_000;

/** A steady stream of requests whose drones really fly, a hundred times as fast, so that the fleet suffices. */
export function steadyScenario(minutes: number): () => Promise<void> {
  return async () => {
    await using system = await startBenchSystem({ drones, timeScale });
    const { edgeUrl, services, demo } = system.info;
    const token = await new ApiClient(edgeUrl, demo).token();
    await using queue = await watchQueueAge(system.connectionString);
    const load = runOpenLoad({
      url: services.ingestion?.url ?? '',
      tokens: [token],
      perSecond,
      forMs: warmUpMs + minutes * 60_000,
      inFlightMax: 500,
    });
    const [{ accepted, answers, p99Ms }, { cold, usage }] = await Promise.all([
      load,
      delay(warmUpMs).then(() => ({ cold: queue.agesMs.splice(0), usage: measureUsage(services) })),
    ]);
    const seconds = minutes * 60;
    const used = usage();
    const cores = used.reduce((sum, { processorSeconds }) => sum + processorSeconds, 0) / seconds;
    const spent = used.flatMap(({ name, processorSeconds, writtenBytes }) => [
      { name: `processor of ${name}`, value: (processorSeconds / seconds) * 100, unit: '% of a core' },
      { name: `written by ${name}`, value: writtenBytes / seconds / 1e6, unit: 'MB a second' },
    ]);
    const age = percentiles([...queue.agesMs]);
    const limit = { name: 'the limit', value: ageLimitMs };
    print(
      `${perSecond} requests a second for ${minutes} min after ${warmUpMs / 1000} s to warm up, ${drones} drones flying at ${timeScale} times the speed`,
      [
        {
          name: 'accepted',
          value: accepted.length / (seconds + warmUpMs / 1000),
          unit: '/s',
          note: JSON.stringify(answers),
        },
        { name: 'answered, p99', value: p99Ms, unit: 'ms' },
        { name: 'age of the oldest request, p50', value: age.p50Ms, unit: 'ms', limit },
        { name: 'age of the oldest request, p99', value: age.p99Ms, unit: 'ms', limit },
        { name: 'age of the oldest request, most', value: Math.max(...queue.agesMs), unit: 'ms', limit },
        { name: 'the same while it warmed up, most', value: Math.max(...cold), unit: 'ms', limit },
        {
          name: 'processor of all together',
          value: cores * 100,
          unit: '% of a core',
          limit: { name: 'the machine', value: availableParallelism() * 100 },
        },
        ...spent,
      ],
    );
  };
}
