import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelRequest, createRequest, mission, rescheduleRequest } from '../../test/requests.ts';
import { resubmissionOf, settle } from './dead-letter.ts';
import type { DeliveryRequest } from './request.ts';
import type { Answer, CallName } from './saga.ts';

const policy = { resubmissionsMax: 3, resubmissionDelayMs: 1000 };
const fault = { code: 'dead-lettered', text: 'The request could not be handled.' };
const readable = (request: DeliveryRequest) => ({ kind: 'readable', request }) as const;
const done = (gain?: unknown) => ({ kind: 'done', gain }) as Answer;
const refused = (code: string): Answer => ({ kind: 'refused', code, detail: code });

function play(dead: Parameters<typeof settle>[0], replies: readonly (readonly [CallName, Answer])[]) {
  const saga = settle(dead, fault);
  let step = saga.next();
  for (const [name, answer] of replies) {
    if (step.done === true) assert.fail(`ended before ${name}`);
    assert.equal(step.value.name, name);
    step = saga.next(answer);
  }
  if (step.done !== true) assert.fail(`goes on with ${step.value.name}`);
  return step.value.kind === 'complete' ? step.value.outcome : step.value.kind;
}

test('what met only transient faults is sent again three times, ever later, under a new id each', () => {
  const tries = [];
  let request = createRequest({}, { messageId: 'm1:8', attempt: 8, sequence: '7', resubmissions: 0 });
  for (;;) {
    const again = resubmissionOf(readable(request), 'transient-exhausted', policy);
    if (again === undefined) break;
    tries.push([again.envelope.messageId, again.envelope.attempt, again.envelope.sequence, again.delayMs]);
    request = { ...request, envelope: { ...again.envelope, attempt: 5 } };
  }
  assert.deepEqual(tries, [
    ['m1:r1', 0, '7', 1000],
    ['m1:r2', 0, '7', 2000],
    ['m1:r3', 0, '7', 4000],
  ]);
});

test('a resubmitted request goes on undoing what was being undone', () => {
  const again = resubmissionOf(readable(createRequest({}, { compensation: 'x' })), 'transient-exhausted', policy);
  assert.equal(again?.envelope.compensation, 'x');
});

test('nothing else is sent again', () => {
  for (const reason of ['MaxDeliveryCountExceeded', 'compensation-failed', 'TTLExpiredException', undefined]) {
    assert.equal(resubmissionOf(readable(createRequest()), reason, policy), undefined);
  }
  assert.equal(resubmissionOf({ kind: 'unknown' }, 'transient-exhausted', policy), undefined);
});

test('a create is undone, but not against a flight', () => {
  const dead = readable(createRequest());
  assert.equal(
    play(dead, [
      ['releaseDroneDelivery', done()],
      ['putDeliveryOutcome', done()],
    ]),
    'compensated',
  );
  assert.equal(play(dead, [['releaseDroneDelivery', refused('parcel-on-board')]]), 'under-way');
});

test('a cancel is carried out', () => {
  const dead = readable(cancelRequest());
  assert.equal(
    play(dead, [
      ['releaseDroneDelivery', done()],
      ['putDeliveryOutcome', done()],
    ]),
    'cancelled',
  );
});

test('a reschedule is refused, and its delivery left alone', () => {
  const dead = readable(rescheduleRequest());
  const assigned = done(mission({ requestSequence: '9' }));
  assert.equal(
    play(dead, [
      ['getDroneDelivery', assigned],
      ['recordRefusal', done()],
    ]),
    'refused',
  );
  assert.equal(
    play(dead, [
      ['getDroneDelivery', refused('not-found')],
      ['recordRefusal', done()],
    ]),
    'refused',
  );
  const another = done(mission({ state: 'Waiting', requestSequence: '7' }));
  assert.equal(
    play(dead, [
      ['getDroneDelivery', another],
      ['recordRefusal', done()],
    ]),
    'refused',
  );
});

test('a reschedule that its delivery lives by takes the delivery with it', () => {
  const waiting = done(mission({ state: 'Waiting', requestSequence: '9' }));
  const replies = [
    ['getDroneDelivery', waiting],
    ['releaseDroneDelivery', done()],
    ['putDeliveryOutcome', done()],
  ] as const;
  assert.equal(play(readable(rescheduleRequest()), replies), 'compensated');
});

test('an unreadable create is undone by its properties', () => {
  const message = { businessId: 'acme', deliveryId: 'd1', requestId: 'm1' };
  const undone = [
    ['releaseDroneDelivery', done()],
    ['putDeliveryOutcome', done()],
  ] as const;
  assert.equal(play({ kind: 'addressed', message, requestKind: 'create' }, undone), 'compensated');
  assert.equal(play({ kind: 'addressed', message, requestKind: 'cancel' }, []), 'refused');
});
