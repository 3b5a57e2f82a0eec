import assert from 'node:assert/strict';
import { verifySystem } from '@dronedelivery/local/verify';
import type { TestSystem } from '../support/test-system.ts';

/**
 * What a suite that forges tokens of services ends with. Those make deliveries and reservations that no request stands
 * behind, about which I1 and I5 promise nothing: these two are asked of what was `accepted` alone, but never by counting,
 * which cannot tell the one kind from the other.
 */
export async function assertAcceptedHold({ system }: TestSystem, accepted: Iterable<string> = []): Promise<void> {
  const own = new Set(accepted);
  const { violations } = await verifySystem(system.info, [...own]);
  const promised = violations.filter(({ invariant, ids, text }) => {
    if (invariant !== 'I1' && invariant !== 'I5') return true;
    return ids.some((id) => own.has(id)) && !text.startsWith('waits for its request');
  });
  assert.deepEqual(promised, []);
}
