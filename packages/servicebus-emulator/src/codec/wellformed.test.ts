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
  assert.equal(walk(...nested(30)), 91);
  refused(...nested(40));
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
