import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTokenBuckets } from './token-buckets.ts';

function setUp(callersMax = 10) {
  let now = 0;
  const take = createTokenBuckets({ ratePerS: 10, burst: 3, callersMax }, () => now);
  return { take: (caller: string) => take(caller).waitMs, takeWhole: take, advance: (ms: number) => (now += ms) };
}

test('a burst passes, then the rate', () => {
  const { take, advance } = setUp();
  assert.deepEqual([take('a'), take('a'), take('a'), take('a')], [0, 0, 0, 100]);
  advance(100);
  assert.equal(take('a'), 0);
  assert.equal(take('a'), 100);
});

test('waiting longer saves no more than the burst, and a clock that steps back takes nothing', () => {
  const { take, advance } = setUp();
  take('a');
  advance(60_000);
  assert.deepEqual([take('a'), take('a'), take('a'), take('a')], [0, 0, 0, 100]);
  advance(-60_000);
  assert.equal(take('a'), 100);
});

test('what was given back may be taken again; what was not there cannot be given back', () => {
  const { take, takeWhole } = setUp();
  const first = takeWhole('a');
  assert.deepEqual([take('a'), take('a')], [0, 0]);
  takeWhole('a').giveBack();
  assert.equal(take('a'), 100);
  first.giveBack();
  assert.deepEqual([take('a'), take('a')], [0, 100]);
});

test('callers do not take from each other', () => {
  const { take } = setUp();
  for (let i = 0; i < 4; i++) take('a');
  assert.equal(take('b'), 0);
});

test('the table is bounded and forgets the caller not seen for longest', () => {
  const { take } = setUp(2);
  for (let i = 0; i < 4; i++) take('a');
  take('b');
  assert.ok(take('a') > 0);
  take('c');
  assert.ok(take('a') > 0, 'seen after b');
  take('d');
  take('e');
  assert.equal(take('a'), 0, 'forgotten');
});
