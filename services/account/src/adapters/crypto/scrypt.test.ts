import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashSecret, verifySecret } from './scrypt.ts';

const cheap = { logN: 4, blockSize: 8, parallelism: 1 };

test('a hash matches its secret alone, and is salted', async () => {
  const hash = await hashSecret('secret', cheap);
  assert.equal(await verifySecret('secret', hash), true);
  assert.equal(await verifySecret('Secret', hash), false);
  assert.equal(await verifySecret('', hash), false);
  assert.notEqual(await hashSecret('secret', cheap), hash);
  assert.doesNotMatch(hash, /secret/);
});

test('a hash names its cost, so that older ones still verify after the cost has risen', async () => {
  const older = await hashSecret('secret', cheap);
  assert.match(older, /^scrypt\$4\$8\$1\$/);
  assert.match(await hashSecret('secret'), /^scrypt\$12\$8\$2\$/);
  assert.equal(await verifySecret('secret', older), true);
});

test('what is no hash is an error, not a mismatch', async () => {
  await assert.rejects(verifySecret('secret', 'plain'));
  await assert.rejects(verifySecret('secret', 'scrypt$4$8$1$$'));
});
