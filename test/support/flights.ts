import assert from 'node:assert/strict';
import type { Drone, DroneActivity } from '@dronedelivery/contracts';
import { eventually } from '@dronedelivery/testing';
import type { TestSystem } from './test-system.ts';

const lookEveryMs = 30;

/** Holds all flights, loading and charging until disposed of; telemetry and commands go on. */
export async function holdFlights(running: TestSystem): Promise<AsyncDisposable> {
  await steer(running, 'pause');
  return { [Symbol.asyncDispose]: () => steer(running, 'resume') };
}

/** Waits until the drone reports that it is at this. */
export async function untilActivity(
  { operator }: TestSystem,
  droneId: string | null,
  activity: DroneActivity,
): Promise<void> {
  const isAtIt = async () => {
    const { body } = await operator.request('GET', `/v1/drones/${droneId}`);
    return (body as Drone).activity === activity;
  };
  await eventually(isAtIt, { timeoutMs: 30_000, intervalMs: lookEveryMs, what: `${droneId} ${activity}` });
}

async function steer({ system }: TestSystem, order: 'pause' | 'resume'): Promise<void> {
  const answer = await fetch(`${system.info.services.simulator?.url}/${order}`, { method: 'POST' });
  assert.equal(answer.status, 204);
}
