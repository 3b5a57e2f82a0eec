import assert from 'node:assert/strict';
import test from 'node:test';
import { eventually, FakeClock } from '@dronedelivery/testing';
import type { DueNotification, DueQuery, NotificationResult, Notifications } from './ports.ts';
import { Teller } from './teller.ts';

const settings = {
  inHandMax: 2,
  inHandPerBusinessMax: 2,
  attemptsMax: 3,
  attemptTimeoutMs: 1000,
  backoffMs: 100,
  backoffMsMax: 10_000,
};
const never = new AbortController().signal;

function due(id: string, attempts: number, businessId = 'shop'): DueNotification {
  return {
    id,
    key: { businessId, id: 'delivery-1' },
    stage: 'Completed',
    planRevision: 1,
    channel: 'sms',
    address: '+15550000',
    webhookSecret: null,
    content: '{}',
    createdAtMs: 0,
    attempts,
  };
}

class WaitingNotifications implements Notifications {
  readonly settled = new Map<string, NotificationResult>();
  readonly #waiting: DueNotification[];

  constructor(waiting: DueNotification[]) {
    this.#waiting = waiting;
  }

  list = async () => [];
  claimDue = async ({ limit, roomOf }: DueQuery) => {
    const handed: DueNotification[] = [];
    const countOf = (businessId: string) => handed.filter(({ key }) => key.businessId === businessId).length;
    for (const one of [...this.#waiting]) {
      const { businessId } = one.key;
      if (handed.length === limit || countOf(businessId) >= roomOf(businessId)) continue;
      handed.push(one);
      this.#waiting.splice(this.#waiting.indexOf(one), 1);
    }
    return handed;
  };
  settle = async ({ id }: DueNotification, result: NotificationResult) => {
    this.settled.set(id, result);
  };
}

function tellerOf(
  notifications: Notifications,
  notify: (one: DueNotification) => Promise<void>,
  { inHandPerBusinessMax = 2, onRoom = () => undefined }: { inHandPerBusinessMax?: number; onRoom?: () => void } = {},
) {
  const clock = new FakeClock(5000);
  const channels = { sms: notify, email: notify, webhook: notify };
  const ports = { notifications, notify: channels, clock, random: () => 1, onRoom, onError: assert.fail };
  return new Teller(ports, { ...settings, inHandPerBusinessMax });
}

test('what is told is settled as sent; what fails is tried again, later and later, and given up in the end', async () => {
  const notifications = new WaitingNotifications([due('good', 1), due('first', 1), due('second', 2), due('last', 3)]);
  await using teller = tellerOf(notifications, async ({ id }) => {
    if (id !== 'good') throw new Error('it answered 500');
  });
  while ((await teller.tellDue(never)) > 0) await eventually(() => true);
  await eventually(() => notifications.settled.size === 4);
  const error = 'it answered 500';
  assert.deepEqual(Object.fromEntries(notifications.settled), {
    good: { kind: 'sent', atMs: 5000 },
    first: { kind: 'retry', notBeforeMs: 5100, error },
    second: { kind: 'retry', notBeforeMs: 5200, error },
    last: { kind: 'given-up', error },
  });
});

test('a slow receiver holds up nobody else, and no more than the bound are in hand', async () => {
  const notifications = new WaitingNotifications([due('slow', 1), due('a', 1), due('b', 1)]);
  const slow = Promise.withResolvers<void>();
  let inHand = 0;
  await using teller = tellerOf(notifications, async ({ id }) => {
    assert.ok(++inHand <= 2);
    await (id === 'slow' ? slow.promise : Promise.resolve());
    inHand--;
  });
  while ((await teller.tellDue(never)) > 0);
  await eventually(() => notifications.settled.size === 2);
  assert.equal(notifications.settled.has('slow'), false);
  slow.resolve();
});

test('a business whose receivers hang keeps no other waiting, and goes on when one of them is done', async () => {
  const names = ['bad-1', 'bad-2', 'bad-3'];
  const notifications = new WaitingNotifications([...names.map((id) => due(id, 1, 'bad')), due('good', 1, 'good')]);
  const hanging = Promise.withResolvers<void>();
  const begun: string[] = [];
  let rooms = 0;
  const notify = async ({ id, key }: DueNotification) => {
    begun.push(id);
    if (key.businessId === 'bad') await hanging.promise;
  };
  await using teller = tellerOf(notifications, notify, { inHandPerBusinessMax: 1, onRoom: () => rooms++ });
  while ((await teller.tellDue(never)) > 0);
  await eventually(() => notifications.settled.has('good'));
  assert.deepEqual(begun, ['bad-1', 'good']);
  const before = rooms;
  hanging.resolve();
  await eventually(() => rooms > before, { what: 'word that there is room' });
  await eventually(async () => {
    await teller.tellDue(never);
    return notifications.settled.size === 4;
  });
});
