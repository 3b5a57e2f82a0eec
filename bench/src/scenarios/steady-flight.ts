import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '@dronedelivery/local/api-client';
import { startBenchSystem } from '../bench-system.ts';
import { countDrones, postDeliveryRequests } from '../delivery-load.ts';
import { measureUsage } from '../process-usage.ts';
import { print } from '../report.ts';

const drones = 500;
const requests = 500;
const measuredMs = 20_000;
const flyingLimitMs = 120_000;

/** Processor time of each process while 500 drones fly and report once a second. */
export async function steadyFlightScenario(): Promise<void> {
  await using system = await startBenchSystem({ drones: drones + 100 });
  const { edgeUrl, services, demo, operator } = system.info;
  const token = await new ApiClient(edgeUrl, demo).token();
  await postDeliveryRequests(services.ingestion?.url ?? '', token, { count: requests, concurrency: 32 });
  const flying = await untilFlying(new ApiClient(edgeUrl, operator));
  const usage = measureUsage(services);
  const startedAt = performance.now();
  await delay(measuredMs);
  const seconds = (performance.now() - startedAt) / 1000;
  const limit = { name: 'one core', value: 100 };
  print(
    `${flying} drones flying, telemetry at 1 Hz, over ${seconds.toFixed(0)} s`,
    usage().map(({ name, processorSeconds }) => ({
      name,
      value: (processorSeconds / seconds) * 100,
      unit: '%',
      limit,
    })),
  );
}

async function untilFlying(operator: ApiClient): Promise<number> {
  const deadline = performance.now() + flyingLimitMs;
  let flying = 0;
  while (flying < requests && performance.now() < deadline) {
    await delay(1_000);
    flying = await countDrones(operator, 'OnMission');
  }
  return flying;
}
