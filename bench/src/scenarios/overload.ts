import { ApiClient } from '@dronedelivery/local/api-client';
import type { LocalSystem } from '@dronedelivery/local/system';
import { assignmentTimes } from '../assignments.ts';
import { startBenchSystem } from '../bench-system.ts';
import { postDeliveryRequests } from '../delivery-load.ts';
import { soonS, type Target, untilSoonAgain, watchMemory } from '../measures.ts';
import { runOpenLoad } from '../open-load.ts';
import type { RawAnswer } from '../raw-connection.ts';
import { print } from '../report.ts';
import { deliveryIdOf } from '../requests.ts';
import { untilHandled } from '../waiting.ts';

/** The fleet is paused: each request that is accepted takes a drone for good, so there is one for each. */
const drones = 24_000;
const waitingMax = 500;
const overloadMs = 60_000;
const timesTooMany = 10;
const recoveryLimitMs = 10_000;
/**
 * Client and system share the cores: what ten times the rate of a whole machine costs to send and to refuse would be
 * taken from the work that is measured. So the saga is held down to two requests at a time.
 */
const settings = {
  workflow: { CONCURRENCY: '2' },
  ingestion: { WAITING_PER_BUSINESS_MAX: String(waitingMax), IN_HAND_MAX: '2' },
} as const;

/** Ten times as many requests as can be worked off, for a minute. */
export async function overloadScenario(): Promise<void> {
  await using system = await startBenchSystem({ drones }, { settings });
  const { edgeUrl, services, demo } = system.info;
  await fetch(`${services.simulator?.url}/pause`, { method: 'POST' });
  const target = { url: services.ingestion?.url ?? '', token: await new ApiClient(edgeUrl, demo).token() };
  const peak = await peakRate(system, target);
  const memory = watchMemory(system);
  const startMs = Date.now();
  const load = await runOpenLoad({
    url: target.url,
    tokens: [target.token],
    perSecond: timesTooMany * peak,
    forMs: overloadMs,
    inFlightMax: 500,
  });
  const endMs = Date.now();
  const recoveredMs = await untilSoonAgain(system, target, endMs);
  const most = memory.stop();
  await untilHandled(services.broker?.url ?? '');
  const times = await assignmentTimes(
    services.delivery?.url ?? '',
    target.token,
    load.accepted.map(({ id }) => id),
  );
  const during = [...times.values()].filter((at) => at >= startMs && at <= endMs).length;
  const refused = Object.entries(load.answers).filter(([status]) => status !== '202');
  print(`${timesTooMany} times as many requests as can be worked off, for ${overloadMs / 1000} s`, [
    { name: 'asked', value: load.sentPerSecond, unit: '/s', limit: { name: 'the peak', value: peak } },
    {
      name: 'goodput',
      value: during / (overloadMs / 1000),
      unit: '/s',
      limit: { name: 'the peak', value: peak },
    },
    { name: 'accepted', value: load.accepted.length, unit: 'requests, none of them lost' },
    ...refused.map(([status, count]) => ({ name: `answered ${status}`, value: count, unit: 'requests' })),
    { name: 'refused without Retry-After', value: load.withoutRetryAfter, unit: 'requests' },
    { name: 'answered, p99', value: load.p99Ms, unit: 'ms' },
    {
      name: `assigned within ${soonS} s again after`,
      value: recoveredMs / 1000,
      unit: 's',
      limit: { name: 'the limit', value: recoveryLimitMs / 1000 },
    },
    ...most,
  ]);
}

/** Assignments a second while there is always work and nobody is refused. */
async function peakRate({ info }: LocalSystem, { url, token }: Target): Promise<number> {
  const count = 0.8 * waitingMax;
  let rate = 0;
  // The first round warms up.
  for (let round = 0; round < 3; round++) {
    const ids: string[] = [];
    const onAnswer = (_n: number, answer: RawAnswer) => void ids.push(deliveryIdOf(answer) ?? '');
    await postDeliveryRequests(url, token, { count, concurrency: 16, onAnswer });
    await untilHandled(info.services.broker?.url ?? '');
    const times = [...(await assignmentTimes(info.services.delivery?.url ?? '', token, ids)).values()];
    rate = Math.max(rate, count / ((Math.max(...times) - Math.min(...times)) / 1000));
  }
  return rate;
}
