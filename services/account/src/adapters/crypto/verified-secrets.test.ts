import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rememberVerified } from './verified-secrets.ts';

function setUp(entriesMax = 10) {
  const calls: string[] = [];
  let now = 0;
  const verify = rememberVerified({
    verify: async (secret, hash) => {
      calls.push(secret);
      return hash === `hash of ${secret}`;
    },
    now: () => now,
    lifetimeMs: 1000,
    entriesMax,
  });
  return { calls, verify, advance: (ms: number) => (now += ms) };
}

test('a burst costs one verification, and so do later requests until the memory fades', async () => {
  const { calls, verify, advance } = setUp();
  const burst = await Promise.all(Array.from({ length: 50 }, () => verify('a', 'hash of a')));
  assert.ok(burst.every((matches) => matches));
  advance(999);
  assert.equal(await verify('a', 'hash of a'), true);
  assert.equal(calls.length, 1);
  advance(1);
  assert.equal(await verify('a', 'hash of a'), true);
  assert.equal(calls.length, 2);
});

test('a wrong secret is never remembered as right, nor is a right one once the hash has changed', async () => {
  const { calls, verify } = setUp();
  assert.equal(await verify('b', 'hash of a'), false);
  assert.equal(await verify('b', 'hash of a'), false);
  assert.equal(calls.length, 2);
  assert.equal(await verify('a', 'hash of a'), true);
  assert.equal(await verify('a', 'hash of another'), false);
});

test('the memory is bounded and forgets the oldest', async () => {
  const { calls, verify } = setUp(2);
  for (const secret of ['a', 'b', 'c']) await verify(secret, `hash of ${secret}`);
  await verify('c', 'hash of c');
  assert.equal(calls.length, 3);
  await verify('a', 'hash of a');
  assert.equal(calls.length, 4);
});
