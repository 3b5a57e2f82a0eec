import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertInvariants } from '../support/assert-invariants.ts';
import { brokerFaults } from '../support/broker-faults.ts';
import { request, untilStage, validationRequest } from '../support/deliveries.ts';
import { startTestSystem } from '../support/test-system.ts';

test('whatever the broker delivers twice, or again while it is in hand, is done once', async () => {
  await using running = await startTestSystem({ brokerFaults: true, timeScale: 200, drones: 4 });
  const faults = brokerFaults(running);
  await faults.set([
    { kind: 'expire-lock', entity: 'delivery-requests', count: 3 },
    { kind: 'deliver-twice', entity: '*' },
    { kind: 'refuse-sends', entity: 'drone-events', count: 2 },
  ]);
  const packageInfo = { size: 'Small', weight: 1 } as const;
  const ids = await Promise.all(
    Array.from({ length: 3 }, () => request(running.customer, validationRequest({ packageInfo }))),
  );
  for (const id of ids) await untilStage(running.customer, id, ['Completed']);
  const [expired = 0, doubled = 0, refused = 0] = await faults.counts();
  assert.deepEqual([expired, refused], [3, 2]);
  assert.ok(doubled >= 6, `${doubled}`);
  await faults.clear();
  await assertInvariants(running, ids);
});
