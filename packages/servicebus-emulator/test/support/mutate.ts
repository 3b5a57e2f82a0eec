import type { Random } from './random.ts';

type Mutation = (frames: Buffer[], random: Random) => void;

/** Frames in which something has been changed; the ones that came in stay as they are. */
export function mutate(frames: readonly Buffer[], random: Random): Buffer[] {
  const changed = frames.map((frame) => Buffer.from(frame));
  for (let count = 1 + random.below(4); count > 0; count--) random.pick(mutations)(changed, random);
  return changed;
}

const descriptors = [0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x40, 0x41, 0x44, 0x70, 0xff] as const;
const hugeArray = Buffer.from('f0000000050fffffff45', 'hex');
const hugeList = Buffer.from('d0000000040fffffff', 'hex');

const mutations: readonly Mutation[] = [
  flipBits,
  flipBits,
  (frames, random) =>
    change(frames, random, (frame) => frame.writeUInt32BE(random.below(2 ** 32) >>> random.below(32), 0)),
  (frames, random) => change(frames, random, (frame) => frame.writeUInt8(random.below(256), 4)),
  (frames, random) => change(frames, random, (frame) => frame.writeUInt8(random.below(4), 5)),
  (frames, random) => change(frames, random, (frame) => frame.writeUInt16BE(random.below(2 ** 16), 6)),
  (frames, random) => replace(frames, random, (frame) => frame.subarray(0, random.below(frame.length))),
  (frames, random) =>
    replace(frames, random, (frame) => resized(frame.subarray(0, 8 + random.below(frame.length - 7)))),
  (frames, random) => frames.splice(random.below(frames.length), 1 + random.below(2)),
  (frames, random) => frames.splice(random.below(frames.length), 0, random.pick(frames)),
  swap,
  (frames, random) => insert(frames, random, noise(random, random.below(64))),
  (frames, random) => insert(frames, random, amqp(random, noise(random, random.below(64)))),
  (frames, random) => insert(frames, random, amqp(random, performative(random, hugeArray))),
  (frames, random) => insert(frames, random, amqp(random, performative(random, hugeList))),
  (frames, random) => insert(frames, random, amqp(random, Buffer.alloc(1 + random.below(5_000)))),
  (frames, random) => insert(frames, random, amqp(random, performative(random, fields(random)))),
  (frames, random) => insert(frames, random, amqp(random, performative(random, fields(random)))),
];

function flipBits(frames: Buffer[], random: Random): void {
  change(frames, random, (frame) => {
    for (let count = 1 + random.below(4); count > 0; count--) {
      const at = random.below(frame.length);
      frame.writeUInt8(frame.readUInt8(at) ^ (1 << random.below(8)), at);
    }
  });
}

function swap(frames: Buffer[], random: Random): void {
  const [one, other] = [random.below(frames.length), random.below(frames.length)];
  const kept = frames[one] as Buffer;
  frames[one] = frames[other] as Buffer;
  frames[other] = kept;
}

function change(frames: Buffer[], random: Random, apply: (frame: Buffer) => void): void {
  const frame = random.pick(frames);
  if (frame.length >= 8) apply(frame);
}

function replace(frames: Buffer[], random: Random, apply: (frame: Buffer) => Buffer): void {
  const at = random.below(frames.length);
  const frame = frames[at] as Buffer;
  if (frame.length >= 8) frames[at] = apply(frame);
}

function insert(frames: Buffer[], random: Random, frame: Buffer): void {
  frames.splice(random.below(frames.length + 1), 0, frame);
}

function resized(frame: Buffer): Buffer {
  const copy = Buffer.from(frame);
  copy.writeUInt32BE(copy.length, 0);
  return copy;
}

function amqp(random: Random, body: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 2, 0, 0, random.below(3)]);
  return resized(Buffer.concat([head, body]));
}

function performative(random: Random, value: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x00, 0x53, random.pick(descriptors)), value]);
}

/** A list of up to twelve fields of any type: transfers without a link, settlements of what was never delivered. */
function fields(random: Random): Buffer {
  const count = random.below(12);
  const values = Buffer.concat(Array.from({ length: count }, () => field(random)));
  const head = Buffer.from([0xd0, 0, 0, 0, 0, 0, 0, 0, count]);
  head.writeUInt32BE(values.length + 4, 1);
  return Buffer.concat([head, values]);
}

function field(random: Random): Buffer {
  const number = Buffer.from([0x70, ...noise(random, 4)]);
  const symbol = Buffer.concat([Buffer.of(0xa3, 2), Buffer.from(random.pick(['$c', 'q1', 'zz']))]);
  const outcome = Buffer.of(0x00, 0x53, random.pick([0x23, 0x24, 0x25, 0x26, 0x27, 0x28]), 0x45);
  return random.pick([
    number,
    symbol,
    outcome,
    Buffer.of(0x40),
    Buffer.of(0x41),
    Buffer.of(0x52, random.below(9)),
    Buffer.of(0x43),
  ]);
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}
