import assert from 'node:assert/strict';
import { verifySystem } from '@dronedelivery/local/verify';
import type { TestSystem } from './test-system.ts';

/** What every test of the whole system ends with; `accepted` are deliveries whose request was answered with 202. */
export async function assertInvariants({ system }: TestSystem, accepted: Iterable<string> = []): Promise<void> {
  const { violations } = await verifySystem(system.info, [...accepted]);
  assert.deepEqual(violations, []);
}
