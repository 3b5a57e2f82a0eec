import { setTimeout as delay } from 'node:timers/promises';
import { queues, subscriptions, type TrackingEvent, topics } from '@dronedelivery/contracts';
import { ApiClient } from '@dronedelivery/local/api-client';
import { startBenchSystem } from '../bench-system.ts';
import { countDrones, postDeliveryRequests } from '../delivery-load.ts';
import { percentiles } from '../load.ts';
import { processorSeconds } from '../process-usage.ts';
import { print } from '../report.ts';

const requests = 5_000;
const drones = 6_000;
const concurrency = 64;
const handledLimitMs = 180_000;
const watchedEntities = [queues.deliveryRequests, `${topics.droneEvents}/Subscriptions/${subscriptions.delivery}`];

interface EntityStatus {
  readonly name: string;
  readonly active: number;
  readonly scheduled: number;
}

/** From accepted to assigned: a burst of requests on an idle fleet whose flights are paused. */
export async function burstScenario(): Promise<void> {
  await using system = await startBenchSystem({ drones });
  const { edgeUrl, services, demo, operator } = system.info;
  await fetch(`${services.simulator?.url}/pause`, { method: 'POST' });
  const token = await new ApiClient(edgeUrl, demo).token();
  const acceptedAt = new Map<string, number>();
  const before = usage(system.info.services);
  const load = await postDeliveryRequests(services.ingestion?.url ?? '', token, {
    count: requests,
    concurrency,
    onAnswer: (_n, status, text) => {
      if (status === 202) acceptedAt.set(JSON.parse(text).deliveryId, Date.now());
    },
  });
  await untilHandled(services.broker?.url ?? '');
  const after = usage(system.info.services);
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
    ...Object.entries(after).map(([name, seconds]) => ({
      name: `processor time of ${name}`,
      value: ((seconds - (before[name] ?? 0)) / requests) * 1e6,
      unit: 'µs a delivery',
    })),
  ]);
}

function usage(services: Readonly<Record<string, { readonly pid: number }>>): Record<string, number> {
  return Object.fromEntries(Object.entries(services).map(([name, { pid }]) => [name, processorSeconds(pid)]));
}

/** Watches the queues, which costs the services nothing, until every request and every mission event was handled. */
async function untilHandled(brokerUrl: string): Promise<void> {
  const deadline = performance.now() + handledLimitMs;
  while (performance.now() < deadline) {
    const { entities } = (await (await fetch(`${brokerUrl}/status`)).json()) as { entities: readonly EntityStatus[] };
    const waiting = entities.filter(({ name }) => watchedEntities.includes(name));
    if (waiting.every(({ active, scheduled }) => active + scheduled === 0)) return;
    await delay(100);
  }
  throw new Error(`The queues were not worked off within ${handledLimitMs / 1000} s`);
}

async function assignmentTimes(url: string, token: string, ids: readonly string[]): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (let from = 0; from < ids.length; from += 50) {
    await Promise.all(
      ids.slice(from, from + 50).map(async (id) => {
        const headers = { authorization: `Bearer ${token}` };
        const answer = await fetch(`${url}/v1/deliveries/${id}/history`, { headers });
        if (!answer.ok) throw new Error(`The history of ${id} answered ${answer.status}: ${await answer.text()}`);
        const { items } = (await answer.json()) as { items: TrackingEvent[] };
        const assigned = items.find(({ kind }) => kind === 'assigned');
        if (assigned !== undefined) times.set(id, Date.parse(assigned.at));
      }),
    );
  }
  if (times.size < ids.length)
    throw new Error(`${ids.length - times.size} deliveries have no assignment in their history`);
  return times;
}
