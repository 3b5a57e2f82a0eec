import { setTimeout as delay } from 'node:timers/promises';
import type { LocalSystem } from '@dronedelivery/local/system';
import { residentMb } from './process-usage.ts';
import { deliveryRequestBody } from './requests.ts';

export interface Target {
  readonly url: string;
  readonly token: string;
}

const soonMs = 1_000;
export const soonS = soonMs / 1000;
const soonAgainLimitMs = 180_000;
const lookMs = 500;

/** @returns how long after the end of the overload the first request came that was assigned soon; infinite where none was in three minutes. */
export async function untilSoonAgain({ info }: LocalSystem, { url, token }: Target, endMs: number): Promise<number> {
  const authorization = `Bearer ${token}`;
  for (let n = 0; Date.now() - endMs < soonAgainLimitMs; n++) {
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
  return Number.POSITIVE_INFINITY;
}

/** The most that each process has resident, in megabytes, until it is stopped. */
export function watchMemory({ info }: LocalSystem) {
  const processes = Object.entries(info.services).map(([name, { pid }]) => ({ name, pid, mostMb: residentMb(pid) }));
  const timer = setInterval(() => {
    for (const one of processes) one.mostMb = Math.max(one.mostMb, residentMb(one.pid));
  }, lookMs);
  return {
    stop: () => {
      clearInterval(timer);
      return processes.map(({ name, mostMb }) => ({ name: `memory of ${name}, most`, value: mostMb, unit: 'MB' }));
    },
  };
}
