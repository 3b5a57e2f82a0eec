import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrival, createQueue } from '../../test/support/samples.ts';
import { readApplicationProperties } from '../codec/properties.ts';

const origin = { enqueuedSequenceNumber: 1, hops: 0, deadLetterSource: undefined };
const group = (group_id: string) => arrival({ group_id });

test('all that is due is done in one sweep, as far as its steps reach', () => {
  const { queue } = createQueue({ lockDurationMs: 100, timeToLiveMs: 1_000 });
  for (let count = 0; count < 6; count++) queue.accept(arrival(), 0);
  for (let count = 0; count < 6; count++) queue.lockNext(0);
  queue.sweep(100, 4);
  assert.equal([1, 2, 3, 4, 5].filter(() => queue.lockNext(100) !== undefined).length, 4);
  queue.sweep(1_000, 100);
  assert.deepEqual([queue.count, queue.nextDueMs], [0, Number.POSITIVE_INFINITY]);
});

test('a session ends with its lock, and its messages are free and counted', () => {
  const { queue } = createQueue({ requiresSession: true, lockDurationMs: 100 });
  let lost = 0;
  const claim = { owner: 'link', onLost: () => void lost++ };
  for (const id of ['a', 'a', 'b']) queue.accept(group(id), 0);
  const [first, second] = [queue.sessions?.accept('a', claim, 0), queue.sessions?.accept('b', claim, 0)];
  for (const held of [first, first, second]) held?.lockNext(0);
  assert.equal(queue.nextDueMs, 100);
  queue.sweep(99, 10);
  assert.equal(lost, 0);
  queue.sweep(100, 10);
  assert.equal(lost, 2);
  const again = queue.sessions?.accept('a', claim, 100);
  assert.deepEqual(
    [again?.lockNext(100), again?.lockNext(100)].map((message) => message?.deliveryCount),
    [1, 1],
  );
});

test('the ids of messages are forgotten when their window has passed', () => {
  const { queue, journal } = createQueue({ duplicateWindowMs: 100 });
  queue.accept({ ...arrival(), messageId: 'a' }, 0);
  queue.sweep(99, 1);
  assert.ok(!journal.take().includes('forget 1/a'));
  queue.sweep(100, 1);
  assert.ok(journal.take().includes('forget 1/a'));
});

test('a copy without a session is a dead letter where sessions are required', () => {
  const { queue, deadLetters } = createQueue({ requiresSession: true });
  queue.enqueue(group('a').content, 0, origin);
  assert.deepEqual([queue.count, deadLetters.count], [1, 0]);
  queue.enqueue(arrival().content, 0, origin);
  assert.deepEqual([queue.count, deadLetters.count], [1, 1]);
  const dead = deadLetters.takeNext(0);
  assert.match(String(dead && readApplicationProperties(dead.content.bare).get('DeadLetterReason')), /session/i);
  const { queue: plain, deadLetters: none } = createQueue();
  plain.enqueue(arrival().content, 0, origin);
  assert.deepEqual([plain.count, none.count], [1, 0]);
});

test('where sessions are not required they mean nothing', () => {
  const { queue } = createQueue();
  queue.accept(group('a'), 0);
  const token = queue.lockNext(0)?.lock?.token;
  assert.ok(token !== undefined);
  queue.defer(token, 0);
  assert.deepEqual(
    queue.lockDeferred([1], 0).map(({ sessionId }) => sessionId),
    [undefined],
  );
});

test('what expired while it was locked expires when it comes back', () => {
  const { queue, deadLetters } = createQueue({ timeToLiveMs: 50, deadLetterOnExpiration: true });
  queue.accept(arrival(), 0);
  const token = queue.lockNext(0)?.lock?.token;
  assert.ok(token !== undefined);
  queue.sweep(50, 10);
  assert.deepEqual([queue.count, deadLetters.count], [1, 0]);
  queue.abandon(token, 60);
  assert.deepEqual([queue.count, deadLetters.count], [0, 1]);
});

test('what comes back at the very moment of its end is gone', () => {
  const { queue, journal } = createQueue({ timeToLiveMs: 50 });
  queue.accept(arrival(), 0);
  const token = queue.lockNext(0)?.lock?.token;
  assert.ok(token !== undefined);
  journal.take();
  queue.abandon(token, 50);
  assert.deepEqual([journal.take(), queue.count, queue.hasReady], [['remove 1/1'], 0, false]);
});
