import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { InFlightDeliveries, Notifications } from '../../src/app/ports.ts';
import type { DeliveryKey } from '../../src/domain/delivery.ts';
import { apply } from '../support/apply.ts';
import { create, key, news, startMs } from '../support/commands.ts';

export interface OpenedNotifications extends AsyncDisposable {
  readonly inFlight: InFlightDeliveries;
  readonly notifications: Notifications;
  readonly replica: Notifications;
}

const leaseMs = 10_000;

/** What every store of notifications must do. */
export function notificationsContract(name: string, open: () => Promise<OpenedNotifications>): void {
  describe(`${name} keeps notifications`, () => {
    test('makes them with the change that they tell about, for the stages asked for', async () => {
      await using opened = await open();
      await subscribed(opened.inFlight);
      assert.deepEqual(await opened.notifications.list(key, '', 10), []);
      await apply(opened.inFlight, key, [news('picked-up', 3)]);
      const [only, ...more] = await opened.notifications.list(key, '', 10);
      assert.deepEqual(more, []);
      assert.equal(only?.stage, 'HeadedToDropoff');
      assert.equal(only?.state, 'Pending');
      assert.equal(only?.address, 'https://example.com/hook');
    });

    test('hands out each due one to one caller until the lease is over', async () => {
      await using opened = await open();
      await subscribed(opened.inFlight);
      await apply(opened.inFlight, key, [news('picked-up', 3)]);
      const { notifications, replica } = opened;
      const claims = await Promise.all([
        notifications.claimDue(startMs, leaseMs, 10),
        replica.claimDue(startMs, leaseMs, 10),
      ]);
      assert.equal(claims.flat().length, 1);
      assert.equal(claims.flat()[0]?.attempts, 1);
      assert.deepEqual(await replica.claimDue(startMs + leaseMs - 1, leaseMs, 10), []);
      assert.equal((await replica.claimDue(startMs + leaseMs, leaseMs, 10))[0]?.attempts, 2);
    });

    test('settles: tried again later, sent, or given up', async () => {
      await using opened = await open();
      await subscribed(opened.inFlight);
      await apply(opened.inFlight, key, [news('picked-up', 3)]);
      const { notifications } = opened;
      const [due] = await notifications.claimDue(startMs, leaseMs, 10);
      assert.ok(due !== undefined);
      assert.equal(due.webhookSecret, 'secret');
      const notBeforeMs = startMs + 2000;
      await notifications.settle(due, { kind: 'retry', notBeforeMs, error: 'it answered 500' });
      assert.equal((await notifications.list(key, '', 10))[0]?.lastError, 'it answered 500');
      assert.deepEqual(await notifications.claimDue(notBeforeMs - 1, leaseMs, 10), []);
      const [again] = await notifications.claimDue(notBeforeMs, leaseMs, 10);
      assert.ok(again !== undefined);
      await notifications.settle(again, { kind: 'sent', atMs: notBeforeMs });
      const [sent] = await notifications.list(key, '', 10);
      assert.deepEqual([sent?.state, sent?.attempts, sent?.lastError], ['Sent', 2, null]);
      await notifications.settle(again, { kind: 'given-up', error: 'late' });
      assert.equal((await notifications.list(key, '', 10))[0]?.state, 'Sent');
      assert.deepEqual(await notifications.claimDue(startMs + 1e9, leaseMs, 10), []);
    });

    test('are not put off by a clock that is set back', async () => {
      await using opened = await open();
      await subscribed(opened.inFlight);
      await apply(opened.inFlight, key, [news('picked-up', 3)]);
      assert.deepEqual(await opened.notifications.claimDue(startMs - 3_000_000, leaseMs, 10), []);
      assert.equal((await opened.notifications.claimDue(startMs - 86_400_000, leaseMs, 10)).length, 1);
      assert.deepEqual(await opened.notifications.claimDue(startMs - 86_400_000, leaseMs, 10), []);
    });

    test('keep their delivery from being forgotten while they are pending', async () => {
      await using opened = await open();
      const { inFlight, notifications } = opened;
      await subscribed(inFlight);
      const { state } = await apply(inFlight, key, [news('delivered', 4)]);
      await inFlight.markArchived(key, state.historySequence);
      const expired = (): Promise<readonly DeliveryKey[]> => inFlight.expired(Number.MAX_SAFE_INTEGER, 10);
      assert.deepEqual(await expired(), []);
      const due = await notifications.claimDue(startMs, leaseMs, 10);
      for (const one of due) await notifications.settle(one, { kind: 'given-up', error: 'x' });
      assert.deepEqual(await expired(), [{ businessId: key.businessId, id: key.id }]);
    });
  });
}

async function subscribed(inFlight: InFlightDeliveries): Promise<void> {
  const subscription = {
    id: 's-1',
    targets: [{ channel: 'webhook', address: 'https://example.com/hook' }],
    stages: ['HeadedToDropoff'],
    webhookSecret: 'secret',
  } as const;
  await apply(inFlight, key, [create(), { kind: 'subscribe', subscription }]);
}
