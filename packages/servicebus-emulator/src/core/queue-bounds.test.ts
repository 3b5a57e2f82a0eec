import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { arrival, createQueue, message } from '../../test/support/samples.ts';
import { bytesOfArrivals } from './message.ts';
import type { Queue } from './queue.ts';

const full = { code: 'quota-exceeded' };
const later = (atMs: number) => ({ ...arrival(), scheduledAtMs: atMs });
const bytesOfOne = bytesOfArrivals([arrival()]);

function deadLetterNext(queue: Queue): void {
  const token = queue.lockNext(0)?.lock?.token;
  assert.ok(token !== undefined);
  queue.deadLetter(token, 0, { reason: undefined, description: undefined });
}

suite('a queue counts', () => {
  test('what waits, what is scheduled and its dead letters, in messages', () => {
    const { queue } = createQueue({ messagesMax: 3 });
    queue.accept(arrival(), 0);
    queue.accept(later(100), 0);
    assert.equal(queue.count, 2);
    deadLetterNext(queue);
    assert.deepEqual([queue.count, queue.counts.deadLettered], [1, 1]);
    queue.assertAccepts([arrival()]);
    assert.throws(() => queue.assertAccepts([arrival(), arrival()]), full);
    queue.accept(arrival(), 0);
    assert.throws(() => queue.assertRoom(1, 0), full);
  });

  test('the same in bytes, with the states of its sessions', () => {
    const { queue } = createQueue({ bytesMax: 3 * bytesOfOne });
    queue.accept(arrival(), 0);
    queue.accept(later(100), 0);
    assert.equal(queue.bytes, 2 * bytesOfOne);
    queue.assertRoom(1, bytesOfOne);
    assert.throws(() => queue.assertRoom(1, bytesOfOne + 1), full);
    deadLetterNext(queue);
    assert.equal(queue.bytes, bytesOfOne);
    assert.throws(() => queue.assertRoom(1, 2 * bytesOfOne), full);
    const { queue: withState } = createQueue({ requiresSession: true });
    withState.writeSessionState('a', Buffer.alloc(5), undefined, 0);
    withState.accept(arrival({ group_id: 'a' }), 0);
    assert.ok(withState.bytes > bytesOfOne + 5);
  });

  test('dead letters have none of their own', () => {
    const { deadLetters } = createQueue({ messagesMax: 1 });
    assert.equal(deadLetters.counts.deadLettered, 0);
    deadLetters.assertRoom(1, 0);
    assert.throws(() => deadLetters.assertRoom(2, 0), full);
  });
});

test('where sessions are required, every message of a batch names one', () => {
  const { queue } = createQueue({ requiresSession: true });
  const [named, unnamed] = [arrival({ group_id: 'a' }), arrival()];
  queue.assertAccepts([named, named]);
  for (const batch of [[unnamed], [named, unnamed], [unnamed, named]])
    assert.throws(() => queue.assertAccepts(batch), { code: 'not-allowed' });
  createQueue().queue.assertAccepts([unnamed]);
});

suite('a queue that loads', () => {
  test('forgets what it held, locks too, and takes over what is stored', () => {
    const { queue, journal } = createQueue();
    for (let count = 0; count < 3; count++) queue.accept(arrival(), 0);
    const token = queue.lockNext(0)?.lock?.token;
    assert.ok(token !== undefined);
    const stored = message({ sequenceNumber: 9, enqueuedSequenceNumber: 9 });
    journal.insert(1, stored, arrival().content);
    queue.load({ id: 1, lastSequenceNumber: 9, stateBytes: 50, messages: [stored], remembered: [] });
    assert.deepEqual([queue.count, queue.bytes, queue.isLocked(token)], [1, stored.bytes + 50, false]);
    assert.throws(() => queue.complete(token, 0), { code: 'message-lock-lost' });
    assert.deepEqual([queue.takeNext(0)?.sequenceNumber, queue.takeNext(0)], [9, undefined]);
    assert.equal(queue.accept(arrival(), 0), 10);
  });

  test('keeps what is scheduled for its moment', () => {
    const { queue, journal } = createQueue();
    const stored = message({ state: 'scheduled', scheduledAtMs: 100 });
    journal.insert(1, stored, arrival().content);
    queue.load({ id: 1, lastSequenceNumber: 1, stateBytes: 0, messages: [stored], remembered: [] });
    assert.deepEqual([queue.counts.active, queue.counts.scheduled, queue.nextDueMs], [0, 1, 100]);
    queue.sweep(100, 5);
    assert.deepEqual([queue.counts.active, queue.counts.scheduled], [1, 0]);
  });

  test('has nothing of its own to forward when it forwards nothing', () => {
    const { queue } = createQueue();
    const stored = message();
    queue.load({ id: 1, lastSequenceNumber: 1, stateBytes: 0, messages: [stored], remembered: [] });
    assert.equal(queue.nextDueMs, Number.POSITIVE_INFINITY);
  });
});

test('a copy from a topic keeps where it comes from', () => {
  const { queue, deadLetters } = createQueue();
  const origin = { enqueuedSequenceNumber: 77, hops: 3, deadLetterSource: 'x' };
  queue.enqueue(arrival().content, 0, origin);
  assert.partialDeepStrictEqual(queue.lockNext(0), { ...origin, sequenceNumber: 1 });
  queue.enqueueDead(arrival().content, 0, origin, { reason: 'r', description: undefined });
  assert.partialDeepStrictEqual(deadLetters.lockNext(0), {
    enqueuedSequenceNumber: 77,
    hops: 3,
    deadLetterSource: 'q',
    sequenceNumber: 2,
  });
});

test('options hold from when they are changed', () => {
  const { queue } = createQueue({ requiresSession: true, lockDurationMs: 100 });
  const claim = { owner: 'link', onLost: () => undefined };
  for (const group_id of ['a', 'b']) queue.accept(arrival({ group_id }), 0);
  const before = queue.sessions?.accept('a', claim, 0);
  queue.redefine({ ...queue.options, lockDurationMs: 500 });
  assert.deepEqual([before?.untilMs, queue.sessions?.accept('b', claim, 0)?.untilMs], [100, 500]);
  const { queue: plain } = createQueue({ lockDurationMs: 100 });
  plain.accept(arrival(), 0);
  plain.redefine({ ...plain.options, lockDurationMs: 500 });
  assert.equal(plain.lockNext(0)?.lock?.term.untilMs, 500);
});
