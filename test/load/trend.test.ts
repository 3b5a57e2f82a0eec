import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@dronedelivery/testing';
import { trendOf } from './trend.ts';

const every5Seconds = (count: number, value: (n: number) => number) =>
  Array.from({ length: count }, (_, n) => ({ atMs: 1e12 + n * 5000, value: value(n) }));

test('a line is found with its slope and its rise', () => {
  const { perMinute, mean, rise } = trendOf(every5Seconds(13, (n) => 100 + 2 * n));
  assert.deepEqual([perMinute, mean, rise].map(Math.round), [24, 112, 24]);
});

test('noise around a level has next to no slope', () => {
  const random = seededRandom(1);
  const { rise, mean } = trendOf(every5Seconds(500, () => 100 + 20 * (random() - 0.5)));
  assert.ok(Math.abs(rise) < 3 && Math.abs(mean - 100) < 2, `${rise} ${mean}`);
});

test('a single sample is flat', () => {
  assert.deepEqual(trendOf([{ atMs: 5, value: 7 }]), { perMinute: 0, mean: 7, rise: 0 });
});
