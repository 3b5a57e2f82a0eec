import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '@dronedelivery/local/api-client';
import type { LocalSystem } from '@dronedelivery/local/system';
import { assignmentTimes, untilHandled } from '../assignments.ts';
import { startBenchSystem } from '../bench-system.ts';
import { postDeliveryRequests } from '../delivery-load.ts';
import { runOpenLoad } from '../open-load.ts';
import { residentMb } from '../process-usage.ts';
import { print } from '../report.ts';
import { deliveryRequestBody } from '../requests.ts';

const drones = 9_000;
const waitingMax = 500;
const overloadMs = 60_000;
const timesTooMany = 10;
const recoveryLimitMs = 10_000;
const soonMs = 1_000;
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
  const risenMb = memory.stop();
  await untilHandled(services.broker?.url ?? '');
  const times = await assignmentTimes(services.delivery?.url ?? '', target.token, [...load.accepted.keys()]);
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
    { name: 'accepted', value: load.accepted.size, unit: 'requests, none of them lost' },
    ...refused.map(([status, count]) => ({ name: `answered ${status}`, value: count, unit: 'requests' })),
    { name: 'refused without Retry-After', value: load.withoutRetryAfter, unit: 'requests' },
    { name: 'answered, p99', value: load.p99Ms, unit: 'ms' },
    {
      name: `assigned within ${soonMs / 1000} s again after`,
      value: recoveredMs / 1000,
      unit: 's',
      limit: { name: 'the limit', value: recoveryLimitMs / 1000 },
    },
    { name: 'memory, most above that before', value: risenMb, unit: 'MB, all processes' },
  ]);
}

interface Target {
  readonly url: string;
  readonly token: string;
}

/** Assignments a second while there is always work and nobody is refused. */
async function peakRate({ info }: LocalSystem, { url, token }: Target): Promise<number> {
  const count = 0.8 * waitingMax;
  let rate = 0;
  // The first round warms up.
  for (let round = 0; round < 3; round++) {
    const ids: string[] = [];
    const onAnswer = (_n: number, _status: number, text: string) => void ids.push(JSON.parse(text).deliveryId);
    await postDeliveryRequests(url, token, { count, concurrency: 16, onAnswer });
    await untilHandled(info.services.broker?.url ?? '');
    const times = [...(await assignmentTimes(info.services.delivery?.url ?? '', token, ids)).values()];
    rate = Math.max(rate, count / ((Math.max(...times) - Math.min(...times)) / 1000));
  }
  return rate;
}

/** @returns how long after the end of the overload the first request came that was assigned soon. */
async function untilSoonAgain({ info }: LocalSystem, { url, token }: Target, endMs: number): Promise<number> {
  const authorization = `Bearer ${token}`;
  for (let n = 0; ; n++) {
    const askedAtMs = Date.now();
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v1/deliveryrequests`, { method: 'POST', headers, body: deliveryRequestBody(n) });
    const { deliveryId } = (await answer.json()) as { readonly deliveryId?: string };
    await delay(soonMs);
    if (deliveryId === undefined) continue;
    const found = await fetch(`${info.services.delivery?.url}/v1/deliveries/${deliveryId}`, {
      headers: { authorization },
    });
    const { droneId = null } = (await found.json()) as { readonly droneId?: string | null };
    if (droneId !== null) return askedAtMs - endMs;
  }
}

function watchMemory({ info }: LocalSystem) {
  const total = () => Object.values(info.services).reduce((sum, { pid }) => sum + residentMb(pid), 0);
  const before = total();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, total());
  }, 500);
  return {
    stop: () => {
      clearInterval(timer);
      return most - before;
    },
  };
}
