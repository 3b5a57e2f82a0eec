import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { arrival, content, createQueue, decode, message } from '../../test/support/samples.ts';
import { readApplicationProperties } from '../codec/properties.ts';
import type { MessageCopy } from './message.ts';
import type { Queue } from './queue.ts';

const empty = { active: 0, scheduled: 0, deferred: 0, deadLettered: 0 };

function locked(queue: Queue, nowMs: number): MessageCopy & { readonly token: Buffer } {
  const taken = queue.lockNext(nowMs);
  assert.ok(taken?.lock !== undefined);
  return { ...taken, token: taken.lock.token };
}

suite('a queue', () => {
  test('hands out messages in the order of their sequence numbers', () => {
    const { queue } = createQueue();
    for (let count = 0; count < 3; count++) queue.accept(arrival(), 0);
    const [first, second] = [locked(queue, 0), locked(queue, 0)];
    queue.abandon(second.token, 1);
    queue.abandon(first.token, 2);
    assert.deepEqual(
      [1, 2, 3].map(() => queue.lockNext(3)?.sequenceNumber),
      [1, 2, 3],
    );
    assert.equal(queue.lockNext(3), undefined);
  });

  test('hands out nothing before it is on the disk, nor in the place of an expired one', () => {
    const { queue, journal } = createQueue();
    queue.accept(arrival({ ttl: 10 }), 0);
    queue.accept(arrival(), 0);
    journal.syncedUpTo = 0;
    assert.deepEqual([queue.hasReady, queue.isArriving, queue.lockNext(0)], [false, true, undefined]);
    journal.syncedUpTo = 1;
    assert.deepEqual([queue.hasReady, queue.isArriving, queue.takeNext(10)], [true, false, undefined]);
    assert.deepEqual([queue.hasReady, queue.isArriving, queue.counts.active], [false, true, 1]);
    journal.syncedUpTo = 2;
    assert.equal(queue.lockNext(10)?.sequenceNumber, 2);
    assert.deepEqual([queue.hasReady, queue.isArriving], [false, false]);
  });

  test('a settlement needs its lock', () => {
    const { queue } = createQueue({ lockDurationMs: 100 });
    queue.accept(arrival(), 0);
    const { token } = locked(queue, 0);
    const lost = { code: 'message-lock-lost' };
    assert.throws(() => queue.complete(token, 100), lost);
    assert.throws(() => queue.complete(Buffer.alloc(16), 0), lost);
    queue.complete(token, 99);
    for (const settle of ['complete', 'abandon', 'defer', 'release', 'renewLock'] as const)
      assert.throws(() => queue[settle](token, 99), lost);
    assert.throws(() => queue.deadLetter(token, 99, { reason: undefined, description: undefined }), lost);
    assert.deepEqual(queue.counts, empty);
    assert.equal(queue.bytes, 0);
  });

  test('a lock that ends gives the message back, counted', () => {
    const { queue } = createQueue({ lockDurationMs: 100 });
    queue.accept(arrival(), 0);
    const { token } = locked(queue, 0);
    assert.equal(queue.nextDueMs, 100);
    assert.equal(queue.renewLock(token, 50), 150);
    queue.sweep(149, 10);
    assert.equal(queue.lockNext(149), undefined);
    queue.sweep(150, 10);
    assert.equal(queue.lockNext(150)?.deliveryCount, 1);
  });

  test('release gives back without counting', () => {
    const { queue } = createQueue();
    queue.accept(arrival(), 0);
    queue.release(locked(queue, 0).token, 1);
    assert.equal(queue.lockNext(1)?.deliveryCount, 0);
  });

  test('the last delivery that fails dead-letters', () => {
    const { queue, deadLetters, journal } = createQueue({ maxDeliveryCount: 2 });
    queue.accept(arrival(), 0);
    queue.abandon(locked(queue, 0).token, 0);
    journal.take();
    queue.abandon(locked(queue, 0).token, 0);
    assert.deepEqual(journal.take(), ['remove 1/1', 'insert 2/1']);
    assert.deepEqual(queue.counts, { ...empty, deadLettered: 1 });
    const dead = locked(deadLetters, 0);
    const properties = readApplicationProperties(dead.content.bare);
    assert.equal(properties.get('DeadLetterReason'), 'MaxDeliveryCountExceeded');
    assert.equal(dead.deadLetterSource, 'q');
    for (let count = 0; count < 5; count++) deadLetters.abandon((count === 0 ? dead : locked(deadLetters, 0)).token, 0);
    assert.equal(deadLetters.counts.active, 1);
    const again = { reason: undefined, description: undefined };
    assert.throws(() => deadLetters.deadLetter(locked(deadLetters, 0).token, 0, again), { code: 'not-allowed' });
  });

  test('a deferred message comes by its number alone, and stays deferred when abandoned', () => {
    const { queue } = createQueue();
    queue.accept(arrival(), 0);
    queue.defer(locked(queue, 0).token, 0, new Map([['why', 'later']]));
    assert.equal(queue.lockNext(0), undefined);
    assert.deepEqual(queue.counts, { ...empty, deferred: 1 });
    assert.throws(() => queue.lockDeferred([1, 9], 0), { code: 'message-not-found' });
    const [deferred] = queue.lockDeferred([1], 0);
    assert.ok(deferred?.lock !== undefined);
    assert.deepEqual([...readApplicationProperties(deferred.content.bare)], [['why', 'later']]);
    assert.throws(() => queue.lockDeferred([1], 0), { code: 'message-not-found' });
    queue.abandon(deferred.lock.token, 0);
    assert.equal(queue.lockNext(0), undefined);
    assert.equal(queue.takeDeferred([1, 1], 0).length, 1);
    assert.deepEqual(queue.counts, empty);
    assert.equal(queue.bytes, 0);
  });

  test('an expired message is never handed out', () => {
    const { queue, deadLetters } = createQueue({ timeToLiveMs: 100, deadLetterOnExpiration: true });
    queue.accept(arrival({ ttl: 50 }), 0);
    queue.accept(arrival({ ttl: 500 }), 0);
    assert.equal(queue.nextDueMs, 50);
    assert.equal(queue.lockNext(60)?.sequenceNumber, 2);
    assert.equal(
      readApplicationProperties(locked(deadLetters, 60).content.bare).get('DeadLetterReason'),
      'TTLExpiredException',
    );
    queue.sweep(200, 10);
    assert.deepEqual(queue.counts, { ...empty, active: 1, deadLettered: 1 }, 'a locked message is left to its holder');
    queue.sweep(60_060, 10);
    assert.deepEqual(queue.counts, { ...empty, deadLettered: 2 });
  });

  test('without dead-lettering it vanishes, a bounded number at a time', () => {
    const { queue } = createQueue({ timeToLiveMs: 100 });
    for (let count = 0; count < 5; count++) queue.accept(arrival(), 0);
    queue.sweep(100, 3);
    assert.equal(queue.counts.active, 2);
    assert.equal(queue.nextDueMs, 100);
    queue.sweep(100, 3);
    assert.deepEqual(queue.counts, empty);
  });

  test('a scheduled message gets a new sequence number at its moment', () => {
    const { queue, journal } = createQueue();
    const scheduled = queue.accept({ ...arrival(), scheduledAtMs: 100 }, 0);
    const now = queue.accept({ ...arrival(), scheduledAtMs: 0 }, 0);
    assert.deepEqual([scheduled, now], [1, 2]);
    assert.deepEqual(queue.counts, { ...empty, active: 1, scheduled: 1 });
    journal.take();
    queue.sweep(100, 10);
    assert.deepEqual(journal.take(), ['remove 1/1', 'insert 1/3']);
    assert.throws(() => queue.cancelScheduled([1]), { code: 'message-not-found' });
  });

  test('cancelling is all or nothing', () => {
    const { queue } = createQueue();
    const sequenceNumber = queue.accept({ ...arrival(), scheduledAtMs: 100 }, 0);
    assert.throws(() => queue.cancelScheduled([sequenceNumber, 77]), { code: 'message-not-found' });
    queue.cancelScheduled([sequenceNumber, sequenceNumber]);
    queue.sweep(100, 10);
    assert.deepEqual(queue.counts, empty);
    assert.equal(queue.bytes, 0);
  });

  test('a duplicate is dropped within the window', () => {
    const { queue, journal } = createQueue({ duplicateWindowMs: 100 });
    queue.accept(arrival({ message_id: 'same' }), 0);
    queue.accept({ ...arrival({ message_id: 'same' }), scheduledAtMs: 500 }, 99);
    assert.deepEqual(queue.counts, { ...empty, active: 1 });
    queue.accept(arrival({ message_id: 'same' }), 100);
    assert.equal(queue.counts.active, 2);
    assert.ok(journal.take().includes('forget 1/same'));
  });

  test('changed options hold from then on, the window of duplicates also for what is remembered', () => {
    const { queue, deadLetters, journal } = createQueue({ duplicateWindowMs: 100, lockDurationMs: 1_000 });
    queue.accept(arrival({ message_id: 'early' }), 0);
    queue.accept(arrival({ message_id: 'late' }), 50);
    const before = locked(queue, 50);
    const options = { ...queue.options, duplicateWindowMs: 300, lockDurationMs: 5_000, maxDeliveryCount: 1 };
    queue.redefine(options);
    assert.deepEqual(
      journal
        .take()
        .filter((call) => call.startsWith('remember'))
        .slice(-2),
      ['remember 1/early', 'remember 1/late'],
    );
    queue.accept(arrival({ message_id: 'early' }), 299);
    assert.equal(queue.counts.active, 2);
    queue.accept(arrival({ message_id: 'early' }), 300);
    assert.equal(queue.counts.active, 3);
    assert.equal(locked(queue, 300).lock?.term.untilMs, 5_300);
    assert.equal(queue.renewLock(before.token, 300), 5_300);
    queue.abandon(before.token, 300);
    assert.deepEqual([deadLetters.count, deadLetters.options.lockDurationMs], [1, 5_000]);
    queue.redefine({ ...options, duplicateWindowMs: 50 });
    queue.accept(arrival({ message_id: 'early' }), 351);
    assert.equal(queue.counts.active, 3);
  });

  test('it refuses what does not fit, its dead letters counted', () => {
    const { queue } = createQueue({ messagesMax: 2, bytesMax: 1_000, maxDeliveryCount: 1 });
    queue.accept(arrival(), 0);
    queue.abandon(locked(queue, 0).token, 0);
    queue.assertRoom(1, 10);
    assert.throws(() => queue.assertRoom(2, 10), { code: 'quota-exceeded' });
    assert.throws(() => queue.assertRoom(1, 1_000), { code: 'quota-exceeded' });
  });

  test('it goes on from its record', () => {
    const { queue, journal } = createQueue({ duplicateWindowMs: 100 });
    queue.accept(arrival({ message_id: 'old' }), 0);
    locked(queue, 0);
    const old = message({ sequenceNumber: 5, enqueuedSequenceNumber: 5, deliveryCount: 3 });
    journal.insert(1, old, content());
    const remembered = [{ messageId: 'kept', untilMs: 100 }];
    queue.load({ id: 1, lastSequenceNumber: 7, stateBytes: 0, messages: [old], remembered });
    queue.accept(arrival({ message_id: 'kept' }), 0);
    assert.equal(queue.accept(arrival({ message_id: 'old' }), 0), 9);
    assert.deepEqual([queue.lockNext(0)?.sequenceNumber, queue.lockNext(0)?.sequenceNumber], [5, 9]);
  });

  test('changed properties join those that were there', () => {
    const { queue } = createQueue();
    queue.accept(arrival({ application_properties: { kept: 1, changed: 'a' } }), 0);
    const bytes = queue.bytes;
    queue.abandon(
      locked(queue, 0).token,
      0,
      new Map<string, string | number>([
        ['changed', 'b'],
        ['added', 2.5],
      ]),
    );
    assert.ok(queue.bytes > bytes);
    const taken = locked(queue, 0);
    assert.deepEqual(decode(taken.content.bare).application_properties, { kept: 1, changed: 'b', added: 2.5 });
    queue.complete(taken.token, 0);
    assert.equal(queue.bytes, 0);
  });
});
