import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTokenSource, swapGuid } from './lock-token.ts';

test('tokens are 16 bytes and do not repeat', () => {
  const next = createTokenSource();
  const tokens = new Set(Array.from({ length: 1_000 }, () => next().toString('hex')));
  assert.equal(tokens.size, 1_000);
  for (const token of tokens) assert.equal(token.length, 32);
});

test('the two layouts of a GUID are each other mirrored in the first three groups', () => {
  const token = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  assert.equal(swapGuid(token).toString('hex'), '33221100554477668899aabbccddeeff');
  assert.deepEqual(swapGuid(swapGuid(token)), token);
});
