import assert from 'node:assert/strict';
import type { Delivery } from '@dronedelivery/contracts';
import { eventually } from '@dronedelivery/testing';
import { finalStages } from './deliveries.ts';
import type { TestSystem } from './test-system.ts';
import type { Traffic } from './traffic.ts';

/** How a delivery ended, and when: epoch milliseconds. */
export interface Ending {
  readonly id: string;
  readonly stage: Delivery['stage'];
  readonly reason: string | undefined;
  readonly acceptedAt: number;
  readonly endedAt: number;
}

/** What went wrong from when to when, as the test made it; epoch milliseconds. */
export interface Disturbance {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

const endLimitMs = 180_000;
/** Waits until everything that was accepted has ended. */
export async function untilAllEnded(
  { customer }: TestSystem,
  { accepted }: Pick<Traffic, 'accepted'>,
): Promise<Ending[]> {
  const ended = new Map<string, Ending>();
  const look = async () => {
    for (const [id, acceptedAt] of accepted) {
      if (ended.has(id)) continue;
      const { status, body } = await customer.request<Delivery>('GET', `/v1/deliveries/${id}`);
      if (status !== 200 || !finalStages.includes(body.stage)) continue;
      const reason = body.reason?.code;
      ended.set(id, { id, stage: body.stage, reason, acceptedAt, endedAt: Date.parse(body.updatedAt) });
    }
    if (ended.size < accepted.size) throw new Error(`${[...accepted.keys()].filter((id) => !ended.has(id))} go on`);
    return true;
  };
  await eventually(look, { timeoutMs: endLimitMs, intervalMs: 300, what: `the end of ${accepted.size} deliveries` });
  return [...ended.values()];
}

function isTouched({ acceptedAt, endedAt }: Ending, { from, to }: Disturbance): boolean {
  return acceptedAt <= to && endedAt >= from;
}

/** No fault of ours loses a parcel: drones that nobody could hear for a while are no lost drones. */
export function assertDelivered(endings: readonly Ending[]): void {
  assert.deepEqual(
    endings.filter(({ stage }) => stage !== 'Completed'),
    [],
  );
}

/** Says how long after each disturbance began the last delivery that it touched had ended. */
export function recoveryTimes(endings: readonly Ending[], disturbances: readonly Disturbance[]): string[] {
  return disturbances.map((disturbance) => {
    const touched = endings.filter((ending) => isTouched(ending, disturbance));
    const seconds = (at: number) => `${((at - disturbance.from) / 1000).toFixed(1)} s`;
    const last = Math.max(disturbance.to, ...touched.map(({ endedAt }) => endedAt));
    return `${disturbance.what}: over after ${seconds(disturbance.to)}, the last of ${touched.length} under way ended after ${seconds(last)}`;
  });
}
