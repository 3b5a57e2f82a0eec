import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from './fake-clock.ts';

test('timers fire in their order, with those that they set, and at their time', async () => {
  const clock = new FakeClock(1000);
  const fired: [string, number][] = [];
  const note = (name: string) => () => void fired.push([name, clock.now() - 1000]);
  clock.setTimer(note('late'), 300);
  clock.setTimer(async () => {
    note('early')();
    await Promise.resolve();
    clock.setTimer(note('chained'), 50);
  }, 100);
  clock.setTimer(note('never'), 10_000);
  const cancelled = clock.setTimer(note('cancelled'), 10);
  cancelled.cancel();
  await clock.advance(500);
  assert.deepEqual(fired, [
    ['early', 100],
    ['chained', 150],
    ['late', 300],
  ]);
  assert.deepEqual([clock.now(), clock.pendingTimers], [1500, 1]);
});

test('a jump moves the time and fires nothing', async () => {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  let fired = 0;
  clock.setTimer(() => fired++, 10);
  clock.jump(0);
  assert.equal(clock.now(), 0);
  await clock.advance(1000);
  assert.equal(fired, 0);
});
