import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../codec/amqp-reader.ts';
import { guardFrames } from './frame-guard.ts';

const header = Buffer.from('AMQP\x00\x01\x00\x00', 'latin1');

function frame(body: readonly number[], doff = 2): Buffer {
  const bytes = Buffer.from([0, 0, 0, 0, doff, 0, 0, 0, ...body]);
  bytes.writeUInt32BE(bytes.length, 0);
  return bytes;
}

const attach = [0x00, 0x53, 0x12, 0xc0, 8, 3, 0xa1, 1, 0x61, 0x52, 1, 0x41];
const passes = (...parts: Buffer[]) => guardFrames(Buffer.concat(parts), 1_000);
const refused = (...parts: Buffer[]) => assert.throws(() => guardFrames(Buffer.concat(parts), 1_000), DecodeError);

test('what a client may say passes, whole or cut anywhere', () => {
  const said = Buffer.concat([header, header, frame([]), frame(attach), frame([...attach, 1, 2, 3], 2)]);
  for (let end = 0; end <= said.length; end++) passes(said.subarray(0, end));
});

test('sizes that cannot be are refused before the rest has come', () => {
  refused(Buffer.from([0, 0, 0, 7]));
  refused(Buffer.from([0, 1, 0, 0]));
  refused(frame([]), Buffer.from([0x7f, 0xff, 0xff, 0xff]));
  refused(frame(attach, 1));
  refused(frame(attach, 200));
});

test('a frame may be as large as agreed, and no larger', () => {
  const close = [0x00, 0x53, 0x18, 0x45];
  passes(frame([...close, ...Array.from({ length: 1_000 - 8 - close.length }, () => 0)]));
  refused(frame([...close, ...Array.from({ length: 1_001 - 8 - close.length }, () => 0)]));
});

test('a protocol header comes first, once or twice', () => {
  refused(header, header, header);
  refused(frame([]), frame([]), header);
});

test('the body begins behind the header, in the frame', () => {
  refused(frame(attach, 0));
  refused(header, frame(attach, 1));
  passes(frame([0, 0, 0, 0, ...attach], 3));
});

test('what no client says is refused', () => {
  refused(frame([0x40]));
  refused(frame([0x00, 0x53, 0x42, 0x45]));
  refused(frame([0x00, 0x53, 0x12, 0x45]));
  refused(frame([0x00, 0x53, 0x12, 0xc1, 8, 3, 0xa1, 1, 0x61, 0x52, 1, 0x41]));
  refused(frame([0x00, 0x53, 0x12, 0xc0, 7, 3, 0xa1, 1, 0x61, 0x40, 0x41]));
  refused(frame([0x00, 0x53, 0x12, 0xc0, 8, 3, 0xa0, 1, 0x61, 0x52, 1, 0x41]));
  refused(frame([0x00, 0x53, 0x17, 0xc0, 3, 2, 0x40, 0x40]));
});
