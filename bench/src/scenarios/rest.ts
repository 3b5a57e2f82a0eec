import { setTimeout as delay } from 'node:timers/promises';
import { components } from '@dronedelivery/local/topology';
import { startBenchSystem } from '../bench-system.ts';
import { residentMb } from '../process-usage.ts';
import { type Figure, print } from '../report.ts';

const settleMs = 10_000;
const startLimitS = 2;
const readyLimitS = 10;
const processLimitMb = 130;
const systemLimitMb = 1_200;

/** Start time of each process alone and of the whole system, and the memory of each process at rest. */
export async function restScenario(): Promise<void> {
  await printStartTimes();
  const startedAt = performance.now();
  await using system = await startBenchSystem({ drones: 20, timeScale: 10 });
  const readyS = (performance.now() - startedAt) / 1000;
  await delay(settleMs);
  const memory = Object.entries(system.info.services).map(([name, { pid }]) => ({ name, value: residentMb(pid) }));
  const total = memory.reduce((sum, { value }) => sum + value, 0);
  print('The whole system at rest', [
    { name: 'ready', value: readyS, unit: 's', limit: { name: 'the aim', value: readyLimitS } },
    ...memory.map((row) => ({ ...row, unit: 'MB', limit: { name: 'the aim', value: processLimitMb } })),
    { name: 'all together', value: total, unit: 'MB', limit: { name: 'the aim', value: systemLimitMb } },
  ]);
}

/** Each alone, without what it depends on: from the fork until it listens. */
async function printStartTimes(): Promise<void> {
  const figures: Figure[] = [];
  // The simulator is ready only once the scheduler knows its fleet.
  for (const component of components.filter((one) => one !== 'simulator')) {
    await using system = await startBenchSystem({}, { only: [component] });
    const seconds = (system.process(component).listeningAfterMs ?? Number.NaN) / 1000;
    figures.push({ name: component, value: seconds, unit: 's', limit: { name: 'the aim', value: startLimitS } });
  }
  print('Each process started alone', figures);
}
