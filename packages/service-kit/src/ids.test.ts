import assert from 'node:assert/strict';
import { test } from 'node:test';
import { derivedId, newId } from './ids.ts';

test('new ids are UUIDs of version 7, unique, and sort by their making', () => {
  const startedAtMs = Date.now();
  const ids = Array.from({ length: 20_000 }, () => newId());
  const endedAtMs = Date.now();
  assert.match(ids[0] ?? '', /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual([...ids].sort(), ids);
  const lastMs = Number.parseInt((ids.at(-1) ?? '').replace('-', '').slice(0, 12), 16);
  // More than 4,096 ids a millisecond borrow from the next ones: 20,000 at most 5.
  assert.ok(lastMs >= startedAtMs && lastMs <= endedAtMs + 5);
});

test('derived ids follow from all parts and their borders', () => {
  assert.equal(derivedId('b1', 'create', 'k'), derivedId('b1', 'create', 'k'));
  assert.notEqual(derivedId('b1', 'create', 'k'), derivedId('b1c', 'reate', 'k'));
  assert.notEqual(derivedId('a', 'b'), derivedId('a:b'));
  assert.match(derivedId('x'), /^[\da-f]{32}$/);
});
