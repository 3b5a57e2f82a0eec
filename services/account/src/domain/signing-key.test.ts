import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishedKeysAt, signingKeyAt } from './signing-key.ts';

const keys = [
  { kid: 'a', signsFrom: 0 },
  { kid: 'c', signsFrom: 2000 },
  { kid: 'b', signsFrom: 1000 },
];
const published = (now: number) => publishedKeysAt(keys, now, 500).map((key) => key.kid);

test('the latest key whose time has come signs', () => {
  assert.equal(signingKeyAt(keys, 0)?.kid, 'a');
  assert.equal(signingKeyAt(keys, 999)?.kid, 'a');
  assert.equal(signingKeyAt(keys, 1000)?.kid, 'b');
  assert.equal(signingKeyAt(keys, 5000)?.kid, 'c');
  assert.equal(signingKeyAt([], 0), undefined);
});

test('a key is published before it signs, and until the last token signed with it has expired', () => {
  assert.deepEqual(published(0), ['a', 'c', 'b']);
  assert.deepEqual(published(1499), ['a', 'c', 'b']);
  assert.deepEqual(published(1500), ['c', 'b']);
  assert.deepEqual(published(2500), ['c']);
  assert.deepEqual(published(1e12), ['c']);
});
