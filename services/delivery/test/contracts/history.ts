import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeOf } from '../../src/app/delivery-change.ts';
import type { ArchivedDelivery, DeliveryHistory } from '../../src/app/ports.ts';
import { stepsOf } from '../../src/domain/announce.ts';
import type { DeliveryCommand } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import { create, end, news, startMs } from '../support/commands.ts';

export interface OpenedHistory extends AsyncDisposable {
  readonly history: DeliveryHistory;
}

/** What every store of ended deliveries must do. */
export function historyContract(name: string, open: () => Promise<OpenedHistory>): void {
  describe(`${name} keeps deliveries that have ended`, () => {
    test('writes as often as one likes, and never an older version over a newer', async () => {
      await using opened = await open();
      const { history } = opened;
      const older = archived('a', [end('Cancelled')]);
      const newer = archived('a', [end('Cancelled'), create()]);
      await history.put(newer);
      await history.put(newer);
      await history.put(older);
      assert.deepEqual(await history.find(keyOf('a')), { state: newer.state, position: null });
      assert.deepEqual(
        (await history.trackingEvents(keyOf('a'), 0, 10)).map(({ kind }) => kind),
        ['cancelled', 'details-received'],
      );
      assert.deepEqual((await history.trackingEvents(keyOf('a'), 1, 10)).length, 1);
    });

    test('keeps the latest of each notification', async () => {
      await using opened = await open();
      const { history } = opened;
      const notification = {
        id: 'n-1',
        deliveryId: 'a',
        stage: 'Cancelled',
        planRevision: 1,
        channel: 'email',
        address: 'a@example.com',
        state: 'Pending',
        attempts: 0,
        createdAt: '2026-11-21T09:00:00.000Z',
        sentAt: null,
        lastError: null,
      } as const;
      await history.put({ ...archived('a', [end('Cancelled')]), notifications: [notification] });
      const sent = { ...notification, state: 'Sent', attempts: 1 } as const;
      await history.put({ ...archived('a', [end('Cancelled')]), notifications: [sent] });
      assert.deepEqual(await history.notifications(keyOf('a'), '', 10), [sent]);
      assert.deepEqual(await history.notifications(keyOf('a'), 'n-1', 10), []);
    });

    test('lists by business, stage and owner, newest first', async () => {
      await using opened = await open();
      const { history } = opened;
      await history.put(archived('a', [create(), news('delivered', 4)], startMs));
      await history.put(archived('b', [create(), end('Failed')], startMs + 1000));
      await history.put(archived('c', [create(), end('Failed')], startMs + 2000, 'other'));
      const idsOf = async (...list: Parameters<typeof history.list>) =>
        (await history.list(...list)).map(({ state }) => state.id);
      assert.deepEqual(await idsOf({}, { limit: 10 }), ['c', 'b', 'a']);
      assert.deepEqual(await idsOf({ businessId: 'shop' }, { limit: 1 }), ['b']);
      assert.deepEqual(await idsOf({ businessId: 'shop', stage: 'Completed' }, { limit: 10 }), ['a']);
      const after = { createdAtMs: startMs + 1000, businessId: 'shop', id: 'b' };
      assert.deepEqual(await idsOf({ ownerId: 'owner-1' }, { limit: 10, after }), ['a']);
    });

    test('counts by owner and month', async () => {
      await using opened = await open();
      const { history } = opened;
      await history.put(archived('a', [create(), news('delivered', 4)]));
      await history.put(archived('b', [create(), end('Cancelled')]));
      const period = { fromMs: startMs, untilMs: startMs + 1 };
      assert.deepEqual(await history.summarize('shop', 'owner-1', period, []), {
        requested: 2,
        completed: 1,
        cancelled: 1,
        failed: 0,
        expedited: 2,
        completedInTime: 1,
      });
      assert.equal((await history.summarize('other', 'owner-1', period, [])).requested, 0);
      assert.equal((await history.summarize('shop', 'owner-1', period, ['b'])).requested, 1);
    });

    test('purges what is too old, so many at a time', async () => {
      await using opened = await open();
      const { history } = opened;
      await history.put(archived('a', [end('Cancelled')], startMs));
      await history.put(archived('b', [end('Cancelled')], startMs + 1));
      await history.put(archived('c', [end('Cancelled')], startMs + 2));
      assert.equal(await history.purge(startMs + 2, 1), 1);
      assert.equal(await history.find(keyOf('a')), undefined);
      assert.deepEqual(await history.trackingEvents(keyOf('a'), 0, 10), []);
      assert.equal(await history.purge(startMs + 2, 10), 1);
      assert.notEqual(await history.find(keyOf('c')), undefined);
    });
  });
}

function keyOf(id: string, businessId = 'shop') {
  return { businessId, id };
}

function archived(
  id: string,
  commands: readonly DeliveryCommand[],
  nowMs = startMs,
  businessId = 'shop',
): ArchivedDelivery {
  const key = keyOf(id, businessId);
  const surroundings = { nowMs, timeScale: 1, silenceMs: 1000, confirmationWindowMs: 1000 };
  let all: ReturnType<typeof stepsOf> = [];
  for (const command of commands) {
    const state = all.at(-1)?.after;
    const decision = decide('key' in command ? { ...command, key } : command, state, surroundings);
    all = [...all, ...stepsOf(state, 'events' in decision ? decision.events : [])];
  }
  const state = all.at(-1)?.after;
  assert.ok(state !== undefined);
  const { tracking } = changeOf(state, all, null, surroundings);
  return { state, position: null, tracking, notifications: [] };
}
