import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DueQuery, InFlightDeliveries, Notifications } from '../../src/app/ports.ts';
import type { DeliveryKey } from '../../src/domain/delivery.ts';
import { apply } from '../support/apply.ts';
import { create, key, news, startMs } from '../support/commands.ts';

export interface OpenedNotifications extends AsyncDisposable {
  readonly inFlight: InFlightDeliveries;
  readonly notifications: Notifications;
  readonly replica: Notifications;
}

const leaseMs = 10_000;
const at = (nowMs: number): DueQuery => ({ nowMs, leaseMs, limit: 10, roomOf: () => 10 });

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
      const claims = await Promise.all([notifications.claimDue(at(startMs)), replica.claimDue(at(startMs))]);
      assert.equal(claims.flat().length, 1);
      assert.equal(claims.flat()[0]?.attempts, 1);
      assert.deepEqual(await replica.claimDue(at(startMs + leaseMs - 1)), []);
      assert.equal((await replica.claimDue(at(startMs + leaseMs)))[0]?.attempts, 2);
    });

    test('hands out business after business in turn, and no more of one than there is room for', async () => {
      await using opened = await open();
      const businesses = ['a', 'a', 'a', 'a', 'b', 'c', 'c'];
      for (const [index, businessId] of businesses.entries()) {
        const one = { businessId, id: `delivery-${index}` };
        await subscribed(opened.inFlight, one);
        await apply(opened.inFlight, one, [news('picked-up', 3)]);
      }
      const claimed = async (limit: number, roomOf: (businessId: string) => number) => {
        const due = await opened.notifications.claimDue({ ...at(startMs), limit, roomOf });
        return due.map(({ key: { businessId } }) => businessId);
      };
      assert.deepEqual(await claimed(2, () => 1), ['a', 'b']);
      assert.deepEqual(await claimed(2, () => 1), ['c', 'a']);
      assert.deepEqual(await claimed(9, (businessId) => (businessId === 'a' ? 0 : 9)), ['c']);
      assert.deepEqual(await claimed(9, () => 9), ['a', 'a']);
      assert.deepEqual(await claimed(9, () => 9), []);
    });

    test('settles: tried again later, sent, or given up', async () => {
      await using opened = await open();
      await subscribed(opened.inFlight);
      await apply(opened.inFlight, key, [news('picked-up', 3)]);
      const { notifications } = opened;
      const [due] = await notifications.claimDue(at(startMs));
      assert.ok(due !== undefined);
      assert.equal(due.webhookSecret, 'secret');
      const notBeforeMs = startMs + 2000;
      await notifications.settle(due, { kind: 'retry', notBeforeMs, error: 'it answered 500' });
      assert.equal((await notifications.list(key, '', 10))[0]?.lastError, 'it answered 500');
      assert.deepEqual(await notifications.claimDue(at(notBeforeMs - 1)), []);
      const [again] = await notifications.claimDue(at(notBeforeMs));
      assert.ok(again !== undefined);
      await notifications.settle(again, { kind: 'sent', atMs: notBeforeMs });
      const [sent] = await notifications.list(key, '', 10);
      assert.deepEqual([sent?.state, sent?.attempts, sent?.lastError], ['Sent', 2, null]);
      await notifications.settle(again, { kind: 'given-up', error: 'late' });
      assert.equal((await notifications.list(key, '', 10))[0]?.state, 'Sent');
      assert.deepEqual(await notifications.claimDue(at(startMs + 1e9)), []);
    });

    test('are not put off by a clock that is set back', async () => {
      await using opened = await open();
      await subscribed(opened.inFlight);
      await apply(opened.inFlight, key, [news('picked-up', 3)]);
      assert.deepEqual(await opened.notifications.claimDue(at(startMs - 3_000_000)), []);
      assert.equal((await opened.notifications.claimDue(at(startMs - 86_400_000))).length, 1);
      assert.deepEqual(await opened.notifications.claimDue(at(startMs - 86_400_000)), []);
    });

    test('keep their delivery from being forgotten while they are pending', async () => {
      await using opened = await open();
      const { inFlight, notifications } = opened;
      await subscribed(inFlight);
      const { state } = await apply(inFlight, key, [news('delivered', 4)]);
      await inFlight.markArchived(key, state.historySequence);
      const expired = (): Promise<readonly DeliveryKey[]> => inFlight.expired(Number.MAX_SAFE_INTEGER, 10);
      assert.deepEqual(await expired(), []);
      const due = await notifications.claimDue(at(startMs));
      for (const one of due) await notifications.settle(one, { kind: 'given-up', error: 'x' });
      assert.deepEqual(await expired(), [{ businessId: key.businessId, id: key.id }]);
    });
  });
}

async function subscribed(inFlight: InFlightDeliveries, of: DeliveryKey = key): Promise<void> {
  const subscription = {
    id: 's-1',
    targets: [{ channel: 'webhook', address: 'https://example.com/hook' }],
    stages: ['HeadedToDropoff'],
    webhookSecret: 'secret',
  } as const;
  await apply(inFlight, of, [create({ key: of }), { kind: 'subscribe', subscription }]);
}
