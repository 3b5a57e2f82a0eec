import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContentCache } from './content-cache.ts';

const content = (bytes: number) => ({
  durable: false,
  priority: 4,
  timeToLiveMs: undefined,
  annotations: Buffer.alloc(0),
  bare: Buffer.alloc(bytes),
});

test('keeps what came last, within its bound', () => {
  const cache = new ContentCache(100_000);
  for (let key = 0; key < 1_000; key++) cache.set(key, content(700));
  const kept = Array.from({ length: 1_000 }, (_, key) => key).filter((key) => cache.get(key) !== undefined);
  assert.deepEqual(
    kept,
    Array.from({ length: kept.length }, (_, index) => 1_000 - kept.length + index),
  );
  assert.ok(kept.length >= 50 && kept.length <= 101, `${kept.length} are kept`);
});

test('keeps at least half of its bound, in two generations', () => {
  const cache = new ContentCache(10_000);
  for (let key = 0; key < 6; key++) cache.set(key, content(700));
  assert.deepEqual(
    Array.from({ length: 6 }, (_, key) => cache.get(key) !== undefined),
    [true, true, true, true, true, true],
  );
  for (let key = 6; key < 12; key++) cache.set(key, content(700));
  assert.equal(cache.get(0), undefined);
  assert.ok(cache.get(6) !== undefined);
});

test('what was deleted makes room, and comes back from neither generation', () => {
  const cache = new ContentCache(10_000);
  cache.set(-1, content(700));
  for (let key = 0; key < 1_000; key++) {
    cache.set(key, content(700));
    cache.delete(key);
  }
  assert.ok(cache.get(-1) !== undefined);
  for (let key = 0; key < 7; key++) cache.set(key, content(700));
  cache.delete(0);
  cache.delete(6);
  assert.deepEqual([cache.get(0), cache.get(6)], [undefined, undefined]);
});

test('a content that is set again replaces the old one', () => {
  const cache = new ContentCache(10_000);
  for (let size = 0; size < 1_000; size++) cache.set(1, content(size));
  assert.equal(cache.get(1)?.bare.length, 999);
  cache.clear();
  assert.equal(cache.get(1), undefined);
  cache.set(0, content(700));
  for (let round = 0; round < 20; round++) cache.set(1, content(700));
  assert.ok(cache.get(0) !== undefined, 'what is replaced makes room');
});
