import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { InFlightDeliveries } from '../../src/app/ports.ts';
import type { DeliveryKey } from '../../src/domain/delivery.ts';
import type { ObservedPosition } from '../../src/domain/live-position.ts';
import { apply, silenceMs } from '../support/apply.ts';
import { create, end, news, plan, startMs } from '../support/commands.ts';

export interface Opened extends AsyncDisposable {
  readonly store: InFlightDeliveries;
  /** The same data through another connection, as another replica has it. */
  readonly replica: InFlightDeliveries;
}

/** What every store of deliveries in flight must do. */
export function inFlightContract(name: string, open: () => Promise<Opened>): void {
  describe(`${name} keeps deliveries in flight`, () => {
    test('saves a change as a whole and finds it, on every replica', async () => {
      await using opened = await open();
      const saved = await apply(opened.store, key('a'), [createOf('a'), news('assigned', 1)]);
      for (const store of [opened.store, opened.replica]) {
        assert.deepEqual(await store.find(key('a')), saved);
        const tracking = await store.trackingEvents(key('a'), 0, 10);
        assert.deepEqual(
          tracking.map(({ sequence, kind }) => [sequence, kind]),
          [
            [1, 'created'],
            [2, 'assigned'],
          ],
        );
      }
      assert.equal((await opened.store.trackingEvents(key('a'), 1, 10)).length, 1);
    });

    test('sees what another replica has changed', async () => {
      await using opened = await open();
      await apply(opened.store, key('a'), [createOf('a')]);
      await apply(opened.replica, key('a'), [news('departed', 2)]);
      await apply(opened.store, key('a'), [news('picked-up', 3)]);
      assert.equal((await opened.replica.find(key('a')))?.state.stage, 'HeadedToDropoff');
    });

    test('keeps businesses apart', async () => {
      await using opened = await open();
      await apply(opened.store, key('a'), [createOf('a')]);
      assert.equal(await opened.store.find({ businessId: 'other', id: 'a' }), undefined);
      assert.deepEqual(await opened.store.list({ businessId: 'other' }, { limit: 10 }), []);
    });

    test('decides many changes of one delivery one after the other', async () => {
      await using opened = await open();
      await apply(opened.store, key('a'), [createOf('a')]);
      const refusals = Array.from({ length: 20 }, (_, index) => {
        const requestId = `request-${index}`;
        const store = index % 2 === 0 ? opened.store : opened.replica;
        return apply(store, key('a'), [{ kind: 'refuse', requestId, reason: { code: 'late', text: 'Late' } }]);
      });
      await Promise.all(refusals);
      assert.equal((await opened.store.find(key('a')))?.state.refusedRequests.length, 20);
      assert.equal((await opened.store.trackingEvents(key('a'), 0, 100)).length, 21);
    });

    test('saves nothing when the decision throws', async () => {
      await using opened = await open();
      const failing = opened.store.transact(key('a'), () => {
        throw new Error('no decision');
      });
      await assert.rejects(failing, /no decision/);
      assert.equal(await opened.store.find(key('a')), undefined);
    });

    test('lists the newest first, in pages that inserts do not disturb', async () => {
      await using opened = await open();
      const { store } = opened;
      for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) {
        // b and c have the same age: the order is total all the same.
        await apply(store, key(id), [createOf(id)], startMs + Math.ceil(index / 2) * 1000);
      }
      const first = await store.list({ businessId: 'shop' }, { limit: 2 });
      assert.deepEqual(
        first.map(({ state }) => state.id),
        ['d', 'b'],
      );
      await apply(store, key('e'), [createOf('e')], startMs + 9000);
      const after = { createdAtMs: startMs + 1000, businessId: 'shop', id: 'b' };
      const rest = await store.list({ businessId: 'shop' }, { limit: 10, after });
      assert.deepEqual(
        rest.map(({ state }) => state.id),
        ['c', 'a'],
      );
    });

    test('filters by stage and owner, and lists across businesses', async () => {
      await using opened = await open();
      const { store } = opened;
      await apply(store, key('a'), [createOf('a'), news('departed', 2)]);
      await apply(store, key('b'), [createOf('b')]);
      const foreign = { businessId: 'other', id: 'c' };
      await apply(store, foreign, [create({ key: foreign })]);
      const idsOf = async (filter: Parameters<typeof store.list>[0]) =>
        (await store.list(filter, { limit: 10 })).map(({ state }) => state.id);
      assert.deepEqual(await idsOf({ businessId: 'shop', stage: 'HeadedToPickup' }), ['a']);
      assert.deepEqual(await idsOf({ businessId: 'shop', ownerId: 'owner-1' }), ['a', 'b']);
      assert.deepEqual(await idsOf({ businessId: 'shop', ownerId: 'nobody' }), []);
      assert.deepEqual(await idsOf({}), ['c', 'a', 'b']);
    });

    test('takes positions of the present mission, each newer one, and nothing else', async () => {
      await using opened = await open();
      const { store } = opened;
      await apply(store, key('a'), [createOf('a'), news('departed', 2)]);
      assert.equal(await store.recordPositions([position('a', 5)], startMs), 1);
      assert.equal(await store.recordPositions([position('a', 5), position('a', 4)], startMs), 0);
      assert.equal(await store.recordPositions([position('a', 9, { missionId: 'mission-0' })], startMs), 0);
      assert.equal(await store.recordPositions([position('unknown', 1)], startMs), 0);
      assert.equal((await store.find(key('a')))?.position?.telemetrySequence, 5);
    });

    test('remembers since when a drone does what it does', async () => {
      await using opened = await open();
      const { store } = opened;
      await apply(store, key('a'), [createOf('a'), news('departed', 2)]);
      const seen = (sequence: number, atMs: number, activity: ObservedPosition['activity']) =>
        store.recordPositions([position('a', sequence, { atMs, activity })], atMs);
      await seen(1, startMs, 'EnRouteToPickup');
      await seen(2, startMs + 1000, 'Loading');
      await seen(3, startMs + 2000, 'Loading');
      assert.equal((await store.find(key('a')))?.position?.activitySinceMs, startMs + 1000);
    });

    test('takes no position once the delivery has ended', async () => {
      await using opened = await open();
      const { store } = opened;
      await apply(store, key('a'), [createOf('a'), news('delivered', 4)]);
      assert.equal(await store.recordPositions([position('a', 1)], startMs), 0);
    });

    test('hands out a silent delivery once, and none whose drone is heard of', async () => {
      await using opened = await open();
      const { store, replica } = opened;
      await apply(store, key('silent'), [createOf('silent'), news('departed', 2)]);
      await apply(store, key('heard'), [createOf('heard'), news('departed', 2)]);
      const nowMs = startMs + 2 * silenceMs;
      await store.recordPositions([position('heard', 1)], nowMs - 1000);
      const query = { nowMs, silenceMs, spread: 0, limit: 10 };
      assert.deepEqual(await store.claimSilent({ ...query, nowMs: startMs }), []);
      const claimed = await Promise.all([store.claimSilent(query), replica.claimSilent(query)]);
      assert.deepEqual(claimed.flat(), [key('silent')]);
      const later = await store.claimSilent({ ...query, nowMs: nowMs + 3 * silenceMs });
      assert.deepEqual(later.map(({ id }) => id).sort(), ['heard', 'silent']);
    });

    test('after the clock was set back, hands out a silent delivery no later than otherwise', async () => {
      await using opened = await open();
      const { store } = opened;
      await apply(store, key('a'), [createOf('a'), news('departed', 2)]);
      await store.recordPositions([position('a', 1)], startMs);
      const nowMs = startMs - 3_600_000;
      const query = { silenceMs, spread: 0, limit: 10 };
      assert.equal(await store.forgetFuture(nowMs, silenceMs), 1);
      assert.equal(await store.forgetFuture(nowMs, silenceMs), 0);
      assert.deepEqual(await store.claimSilent({ ...query, nowMs: nowMs + silenceMs - 1 }), []);
      assert.deepEqual(await store.claimSilent({ ...query, nowMs: nowMs + silenceMs }), [key('a')]);
    });

    test('tells whose confirmation is overdue', async () => {
      await using opened = await open();
      const { store } = opened;
      const confirmed = { key: key('a'), confirmationRequired: 'Voice' } as const;
      await apply(store, key('a'), [create(confirmed), news('delivered', 4)]);
      assert.deepEqual(await store.overdueConfirmations(startMs + 599_999, 10), []);
      assert.deepEqual(await store.overdueConfirmations(startMs + 600_000, 10), [key('a')]);
    });

    test('archives what has ended, again after each change, and forgets it when nothing is left to do', async () => {
      await using opened = await open();
      const { store } = opened;
      await apply(store, key('a'), [createOf('a')]);
      assert.deepEqual(await store.toArchive(10), []);
      const { state } = await apply(store, key('a'), [end('Cancelled', { key: key('a') })]);
      assert.deepEqual(
        (await store.toArchive(10)).map((record) => record.state),
        [state],
      );
      await store.markArchived(key('a'), state.historySequence);
      assert.deepEqual(await store.toArchive(10), []);

      assert.deepEqual(await store.expired(startMs, 10), []);
      assert.deepEqual(await store.expired(startMs + 1, 10), [key('a')]);
      const refuse = { kind: 'refuse', requestId: 'r', reason: { code: 'late', text: 'Late' } } as const;
      const changed = await apply(store, key('a'), [refuse]);
      assert.deepEqual(await store.expired(startMs + 1, 10), []);
      await store.forget(key('a'), state.historySequence);
      assert.notEqual(await store.find(key('a')), undefined);
      await store.forget(key('a'), changed.state.historySequence);
      assert.equal(await store.find(key('a')), undefined);
      assert.deepEqual(await store.trackingEvents(key('a'), 0, 10), []);
    });

    test('counts what was not archived, by owner and month', async () => {
      await using opened = await open();
      const { store } = opened;
      await apply(store, key('a'), [createOf('a'), news('delivered', 4)]);
      await apply(store, key('b'), [createOf('b'), end('Failed', { key: key('b') })]);
      await apply(store, key('c'), [createOf('c')]);
      const period = { fromMs: startMs, untilMs: startMs + 1 };
      const counts = { requested: 3, completed: 1, cancelled: 0, failed: 1, expedited: 3, completedInTime: 1 };
      const summary = await store.summarize('shop', 'owner-1', period);
      assert.deepEqual(summary.counts, counts);
      assert.deepEqual(summary.endedIds.toSorted(), ['a', 'b']);
      const requested = async (...of: Parameters<typeof store.summarize>) =>
        (await store.summarize(...of)).counts.requested;
      assert.equal(await requested('shop', 'owner-2', period), 0);
      assert.equal(await requested('shop', 'owner-1', { fromMs: 0, untilMs: startMs }), 0);
      await store.markArchived(key('b'), 2);
      assert.equal(await requested('shop', 'owner-1', period), 2);
    });
  });
}

function key(id: string): DeliveryKey {
  return { businessId: 'shop', id };
}

function createOf(id: string) {
  return create({ key: key(id) });
}

function position(id: string, telemetrySequence: number, changes: Partial<ObservedPosition> = {}): ObservedPosition {
  return {
    key: key(id),
    droneId: 'drone-1',
    missionId: 'mission-1',
    telemetrySequence,
    atMs: startMs,
    location: plan.pickup,
    speedMps: 10,
    headingDeg: 90,
    activity: 'EnRouteToPickup',
    ...changes,
  };
}
