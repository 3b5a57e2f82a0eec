import { ApiClient } from '@dronedelivery/local/api-client';
import { assignmentTimes } from '../assignments.ts';
import { startBenchSystem } from '../bench-system.ts';
import { countDrones, postDeliveryRequests } from '../delivery-load.ts';
import { percentiles } from '../load.ts';
import { measureUsage } from '../process-usage.ts';
import { print } from '../report.ts';
import { deliveryIdOf } from '../requests.ts';
import { untilHandled } from '../waiting.ts';

const requests = 5_000;
const drones = 6_000;
const concurrency = 64;

/** From accepted to assigned: a burst of requests on an idle fleet whose flights are paused. */
export async function burstScenario(): Promise<void> {
  await using system = await startBenchSystem({ drones });
  const { edgeUrl, services, demo, operator } = system.info;
  await fetch(`${services.simulator?.url}/pause`, { method: 'POST' });
  const token = await new ApiClient(edgeUrl, demo).token();
  const acceptedAt = new Map<string, number>();
  const usage = measureUsage(services);
  const clientsBefore = process.cpuUsage();
  const load = await postDeliveryRequests(services.ingestion?.url ?? '', token, {
    count: requests,
    concurrency,
    onAnswer: (_n, answer) => {
      const id = deliveryIdOf(answer);
      if (answer.status === 202 && id !== undefined) acceptedAt.set(id, Date.now());
    },
  });
  const clients = process.cpuUsage(clientsBefore);
  await untilHandled(services.broker?.url ?? '');
  const used = usage();
  const onMission = await countDrones(new ApiClient(edgeUrl, operator), 'OnMission');
  if (onMission !== requests) throw new Error(`${onMission} drones are on a mission, not ${requests}`);
  const assignedAt = await assignmentTimes(services.delivery?.url ?? '', token, [...acceptedAt.keys()]);
  const waits = [...assignedAt].map(([id, at]) => Math.max(0, at - (acceptedAt.get(id) ?? at)));
  const spanMs = Math.max(...assignedAt.values()) - Math.min(...acceptedAt.values());
  const { p50Ms, p99Ms } = percentiles(waits);
  print(`Burst of ${requests} requests on ${drones} idle drones`, [
    { name: 'accepted', value: load.perSecond, unit: '/s' },
    {
      name: 'assigned',
      value: requests / (spanMs / 1000),
      unit: '/s',
      limit: { name: 'accepted', value: load.perSecond },
    },
    { name: 'accepted to assigned, p50', value: p50Ms, unit: 'ms' },
    { name: 'accepted to assigned, p99', value: p99Ms, unit: 'ms' },
    {
      name: 'processor time of the clients',
      value: (clients.user + clients.system) / requests,
      unit: 'µs a delivery, making the requests included',
    },
    ...used.map(({ name, processorSeconds }) => ({
      name: `processor time of ${name}`,
      value: (processorSeconds / requests) * 1e6,
      unit: 'µs a delivery',
    })),
    ...used
      .filter(({ writtenBytes }) => writtenBytes >= requests)
      .map(({ name, writtenBytes }) => ({
        name: `written by ${name}`,
        value: writtenBytes / requests / 1000,
        unit: 'kB a delivery',
      })),
  ]);
}
