import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { readBody } from './read-body.ts';

const request = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk))) as IncomingMessage;

test('a body is read whole, up to its bound', async () => {
  assert.equal(await readBody(request(), 4), '');
  assert.equal(await readBody(request('ab', 'cd'), 4), 'abcd');
  assert.equal(await readBody(request('\u00E9'), 2), '\u00E9');
});

test('of one that is too large the rest is left, and whoever sends it can still be answered', async () => {
  const large = request('abc', 'de', 'f');
  assert.equal(await readBody(large, 4), undefined);
  assert.equal(large.destroyed, false);
});
