import assert from 'node:assert/strict';
import test from 'node:test';
import { eventually, FakeClock } from '@dronedelivery/testing';
import type { DueNotification, NotificationResult, Notifications } from './ports.ts';
import { Teller } from './teller.ts';

const settings = { inHandMax: 2, attemptsMax: 3, attemptTimeoutMs: 1000, backoffMs: 100, backoffMsMax: 10_000 };
const never = new AbortController().signal;

function due(id: string, attempts: number): DueNotification {
  return {
    id,
    key: { businessId: 'shop', id: 'delivery-1' },
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
  claimDue = async (_nowMs: number, _leaseMs: number, limit: number) => this.#waiting.splice(0, limit);
  settle = async ({ id }: DueNotification, result: NotificationResult) => {
    this.settled.set(id, result);
  };
}

function tellerOf(notifications: Notifications, notify: (one: DueNotification) => Promise<void>) {
  const clock = new FakeClock(5000);
  const channels = { sms: notify, email: notify, webhook: notify };
  const ports = { notifications, notify: channels, clock, random: () => 1, onError: assert.fail };
  return new Teller(ports, settings);
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
