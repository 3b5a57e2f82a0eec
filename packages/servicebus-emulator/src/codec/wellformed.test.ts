import assert from 'node:assert/strict';
import { test } from 'node:test';
import rhea from 'rhea';
import { createRandom } from '../../test/support/random.ts';
import { encode } from '../../test/support/samples.ts';
import { DecodeError } from './amqp-reader.ts';
import { assertWellformed } from './wellformed.ts';

const walk = (...bytes: number[]) => assertWellformed(Buffer.from(bytes), 0, bytes.length);
const refused = (...bytes: number[]) => assert.throws(() => walk(...bytes), DecodeError);

test('values end where their bytes end', () => {
  assert.equal(walk(0x40), 1);
  assert.equal(walk(0xa1, 2, 65, 66, 0x40), 4);
  assert.equal(walk(0x00, 0x53, 0x70, 0xc0, 3, 2, 0x41, 0x42), 8);
  assert.equal(walk(0xe0, 4, 2, 0x50, 1, 2), 6);
});

test('a message is walked section by section', () => {
  const { types } = rhea;
  const encoded = encode({
    application_properties: { a: 1, b: [1, 'two', { three: true }] },
    message_annotations: { c: types.wrap_array([1, 2, 3], 0x81, undefined), d: types.wrap_uuid(Buffer.alloc(16)) },
  });
  let at = 0;
  let sections = 0;
  for (; at < encoded.length; sections++) at = assertWellformed(encoded, at, encoded.length);
  assert.deepEqual([at, sections], [encoded.length, 5]);
});

test('every width is taken at its word', () => {
  for (const [code, width] of [0x4, 0x5, 0x6, 0x7, 0x8, 0x9].map(
    (high, index) => [high << 4, index && 2 ** (index - 1)] as const,
  )) {
    const bytes = [code, ...Array.from({ length: width }, () => 1)];
    assert.equal(walk(...bytes), bytes.length);
    if (width > 0) refused(...bytes.slice(0, -1));
  }
  for (const high of [0x1, 0x2, 0x3]) refused(high << 4, 0, 0, 0, 0);
});

test('the elements of an array share one constructor, which may be described', () => {
  assert.equal(walk(0xe0, 5, 2, 0xa1, 0, 1, 65), 7);
  assert.equal(walk(0xe0, 7, 2, 0x00, 0x53, 9, 0x50, 1, 2), 9);
  assert.equal(walk(0xf0, 0, 0, 0, 7, 0, 0, 0, 2, 0x50, 1, 2), 12);
  assert.equal(walk(0xe0, 2, 0, 0x40), 4);
  refused(0xe0, 4, 3, 0x50, 1, 2);
  refused(0xe0, 5, 2, 0x50, 1, 2, 3);
  refused(0xe0, 4, 2, 0x00, 0x53, 9);
  refused(0xe0, 6, 1, 0x00, 0x53, 9, 0x00, 0x50);
  refused(0xe0, 9, 1, 0x00, 0x53, 9, 0x00, 0x53, 9, 0x50, 1);
  refused(0xe0, 2, 1, 0x10);
});

test('elements without bytes are bounded, others are by their bytes', () => {
  const nulls = (count: number) => [0xf0, 0, 0, 0, 5, 0, 0, count >> 8, count & 0xff, 0x40];
  assert.equal(walk(...nulls(1_024)), 10);
  refused(...nulls(1_025));
  const bytes = Array.from({ length: 2_000 }, () => 7);
  assert.equal(walk(0xf0, 0, 0, 0x07, 0xd5, 0, 0, 0x07, 0xd0, 0x50, ...bytes), 2_010);
});

test('lists and maps end with their last element', () => {
  refused(0xc0, 4, 2, 0x41, 0x41, 0x41);
  refused(0xc1, 3, 1, 0x41, 0x41);
  refused(0xc0, 0, 0);
  refused(0xd0, 0, 0, 0, 3, 0, 0, 0, 0);
  refused(0xc1, 2, 1, 0x41);
  refused(0xd1, 0, 0, 0, 5, 0, 0, 0, 1, 0x41);
  assert.equal(walk(0xd1, 0, 0, 0, 6, 0, 0, 0, 2, 0x41, 0x41), 11);
});

test('claims that the bytes do not bear out are refused', () => {
  refused();
  refused(0x80, 1, 2);
  refused(0xb1, 0xff, 0xff, 0xff, 0xff);
  refused(0xd0, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff);
  refused(0xf0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x40);
  refused(0xf0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x45);
  refused(0xc0, 1, 9);
  refused(0x99);
  refused(...Array.from({ length: 100 }, () => 0x00), 0x40);
});

test('lists within lists are followed so far and no farther', () => {
  const nested = (depth: number): number[] => {
    let encoded = [0x40];
    for (let level = 0; level < depth; level++) encoded = [0xc0, encoded.length + 1, 1, ...encoded];
    return encoded;
  };
  assert.equal(walk(...nested(32)), 97);
  refused(...nested(33));
});

test('random bytes are refused or walked, in bounds', () => {
  const random = createRandom(7);
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(Array.from({ length: 1 + random.below(24) }, () => random.below(256)));
    try {
      assert.ok(assertWellformed(bytes, 0, bytes.length) <= bytes.length);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
});
