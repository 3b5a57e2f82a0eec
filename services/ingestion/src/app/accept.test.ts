import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateDeliveryRequest } from '@dronedelivery/contracts';
import type { Room, WaitingRequest } from '../domain/backlog.ts';
import { createAccept } from './accept.ts';
import type { OutgoingRequest, SendOutcome } from './ports.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');
const body: CreateDeliveryRequest = {
  pickupLocation: ' 47.6 , -122.3 ',
  dropOffLocation: { latitude: 47.7, longitude: -122.3, altitude: 3 },
  pickupTime: '2026-11-21T15:00:00+01:00',
  deadline: '',
  expedited: true,
  confirmationRequired: 'None',
  packageInfo: { size: 'Small', weight: 10, tag: 'mytag' },
};

function setUp(outcome: SendOutcome = 'accepted', room: Room = 'free') {
  const sent: OutgoingRequest[] = [];
  let ids = 0;
  const sendRequest = async (request: OutgoingRequest) => {
    sent.push(request);
    return outcome;
  };
  const admitted: string[] = [];
  const answered: string[] = [];
  const backlog = {
    admit: ({ requestId }: WaitingRequest) => {
      admitted.push(requestId);
      return room;
    },
    answered: (requestId: string) => void answered.push(requestId),
    roomFor: () => room,
  };
  const turnedAway: string[] = [];
  const events = { turnedAway: (reason: string) => void turnedAway.push(reason) };
  const ports = { sendRequest, backlog, events, newId: () => `id-${++ids}`, now: () => nowMs, random: () => 0.5 };
  return { accept: createAccept(ports), sent, admitted, answered, turnedAway };
}

const acme = { businessId: 'acme', ownerId: 'client-1' };

test('a create becomes a message with everything filled in', async () => {
  const { accept, sent } = setUp();
  const message = await accept.create(body, acme);
  assert.deepEqual(sent, [{ messageId: message.requestId, message }]);
  assert.deepEqual(message, {
    kind: 'create',
    schemaVersion: 1,
    businessId: 'acme',
    deliveryId: 'id-1',
    requestId: 'id-2',
    requestedAt: '2026-11-21T12:00:00.000Z',
    ownerId: 'client-1',
    plan: {
      pickup: { latitude: 47.6, longitude: -122.3 },
      dropOff: { latitude: 47.7, longitude: -122.3, altitude: 3 },
      pickupTime: '2026-11-21T14:00:00.000Z',
      deadline: '2026-11-22T14:00:00.000Z',
    },
    expedited: true,
    confirmationRequired: 'None',
    parcel: { packageId: 'id-1', size: 'Small', weightKg: 10, tag: 'mytag' },
  });
});

test('a key gives the same ids each time, and others to other businesses, kinds and deliveries', async () => {
  const { accept } = setUp();
  const keyed = { ...acme, idempotencyKey: 'k' };
  const first = await accept.create(body, keyed);
  const again = await accept.create({ ...body, expedited: false }, keyed);
  assert.deepEqual([again.deliveryId, again.requestId], [first.deliveryId, first.requestId]);
  const all = [
    first,
    await accept.create(body, { ...keyed, businessId: 'other' }),
    await accept.create(body, { ...keyed, idempotencyKey: 'k2' }),
    await accept.cancel(first.deliveryId, keyed),
    await accept.cancel('another', keyed),
    await accept.reschedule(first.deliveryId, { deadline: body.pickupTime }, keyed),
  ];
  assert.equal(new Set(all.map(({ requestId }) => requestId)).size, all.length);
  assert.notEqual(first.deliveryId, first.requestId);
});

test('without a key every request is another', async () => {
  const { accept } = setUp();
  const first = await accept.cancel('d', acme);
  assert.notEqual(first.requestId, (await accept.cancel('d', acme)).requestId);
  assert.equal(first.deliveryId, 'd');
});

test('a reschedule carries what it names and nothing else', async () => {
  const { accept, sent } = setUp();
  await accept.reschedule('d', { dropOffLocation: '1,2' }, acme);
  const message = sent[0]?.message;
  assert.ok(message?.kind === 'reschedule');
  assert.deepEqual(message.changes, { dropOff: { latitude: 1, longitude: 2 } });
});

test('what the broker did not confirm is told with the delivery, and when to try again', async () => {
  const { accept, sent } = setUp('unknown');
  const deliveryId = () => sent[0]?.message.deliveryId;
  await assert.rejects(accept.create(body, acme), (error: { code: string; extra: object }) => {
    assert.equal(error.code, 'outcome-unknown');
    assert.deepEqual(error.extra, { deliveryId: deliveryId(), retryAfterS: 1 });
    return true;
  });
});

test('over the limit a request is turned away', async () => {
  const { accept, turnedAway } = setUp('overloaded');
  await assert.rejects(accept.cancel('d', acme), { code: 'unavailable' });
  assert.deepEqual(turnedAway, ['sends-in-flight']);
});

test('where no more may wait nothing is sent, and the caller hears when to come again', async () => {
  for (const [room, code] of [
    ['full', 'queue-full'],
    ['business-full', 'business-queue-full'],
  ] as const) {
    const { accept, sent, admitted, turnedAway } = setUp('accepted', room);
    const refusal = { code, extra: { retryAfterS: 3, isUnlogged: true } };
    assert.throws(() => accept.checkRoom('acme'), refusal);
    await assert.rejects(accept.create(body, acme), refusal);
    assert.deepEqual([sent, admitted, turnedAway], [[], ['id-2'], [room, room]]);
  }
});

test('a request is counted until the broker has answered, or is not waited for any more', async () => {
  for (const outcome of ['accepted', 'unknown', 'overloaded'] as const) {
    const { accept, admitted, answered } = setUp(outcome);
    await accept.cancel('d', acme).catch(() => {});
    assert.deepEqual([admitted, answered], [['id-1'], ['id-1']]);
  }
});
