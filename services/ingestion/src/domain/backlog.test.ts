import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backlog } from './backlog.ts';

const limits = { waitingMax: 5, waitingPerBusinessMax: 3, blindAfterMs: 1000 };

function looked(): Backlog {
  const backlog = new Backlog(limits);
  backlog.nextIsOf(0, 0);
  return backlog;
}

test('a business may have so many waiting, all together so many', () => {
  const backlog = looked();
  const rooms = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'c'].map((business) => backlog.admit(business, 1));
  assert.deepEqual(rooms, ['free', 'free', 'free', 'business-full', 'free', 'free', 'full', 'full']);
  assert.equal(backlog.waiting, 5);
});

test('what came before the next on the queue no longer counts', () => {
  const backlog = looked();
  for (const atMs of [10, 20, 30]) backlog.admit('a', atMs);
  assert.equal(backlog.admit('a', 40), 'business-full');
  backlog.nextIsOf(20, 50);
  assert.equal(backlog.waiting, 2);
  assert.equal(backlog.admit('a', 60), 'free');
  assert.equal(backlog.admit('a', 60), 'business-full');
  backlog.nextIsOf(70, 80);
  assert.equal(backlog.waiting, 0);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => backlog.admit('a', 90)),
    ['free', 'free', 'free', 'business-full'],
  );
});

test('a queue that cannot be looked at refuses nobody, and holds no more than the limit', () => {
  const backlog = looked();
  for (let count = 0; count < 5; count++) backlog.admit(`business-${count}`, 1);
  assert.equal(backlog.admit('a', 1000), 'full');
  assert.equal(backlog.admit('a', 1001), 'free');
  for (let count = 0; count < 100; count++) assert.equal(backlog.admit('a', 1002), 'free');
  assert.ok(backlog.waiting <= limits.waitingMax);
});
