import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines } from './deadlines.ts';
import type { Message } from './message.ts';

const at = (scheduledAtMs: number) => ({ scheduledAtMs, removed: false }) as Message;
const create = () => new Deadlines<Message>((message) => message.scheduledAtMs);

test('gives what is due, soonest first', () => {
  const deadlines = create();
  for (const dueMs of [5, 1, 9, 3, 7, 2]) deadlines.add(at(dueMs));
  const taken: number[] = [];
  for (let next = deadlines.take(7); next !== undefined; next = deadlines.take(7)) taken.push(next.scheduledAtMs);
  assert.deepEqual(taken, [1, 2, 3, 5, 7]);
  assert.equal(deadlines.nextMs, 9);
});

test('skips what was removed or has another moment now', () => {
  const deadlines = create();
  const [removed, moved, kept] = [at(1), at(2), at(3)];
  for (const message of [removed, moved, kept]) deadlines.add(message);
  removed.removed = true;
  Object.assign(moved, { scheduledAtMs: 4 });
  deadlines.add(moved);
  assert.deepEqual([deadlines.take(9), deadlines.take(9), deadlines.take(9)], [kept, moved, undefined]);
});

test('what never comes due is not kept', () => {
  const deadlines = create();
  deadlines.add(at(Number.POSITIVE_INFINITY));
  assert.equal(deadlines.nextMs, Number.POSITIVE_INFINITY);
});

test('stale entries behind a lasting one are swept out', () => {
  const deadlines = create();
  const lasting = at(1);
  deadlines.add(lasting);
  for (let count = 0; count < 5_000; count++) {
    const message = at(1_000 + count);
    deadlines.add(message);
    message.removed = true;
  }
  assert.ok(deadlines.size < 1_100, `${deadlines.size} entries`);
  assert.equal(deadlines.take(1), lasting);
});
