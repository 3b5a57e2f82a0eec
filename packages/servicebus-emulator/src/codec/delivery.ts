import { AmqpReader } from './amqp-reader.ts';
import { encodeString, encodeSymbol } from './amqp-writer.ts';
import type { Content } from './content.ts';

/** What the broker says of a message to whoever receives or peeks it. */
export interface DeliveryFacts {
  readonly sequenceNumber: number;
  readonly enqueuedSequenceNumber: number;
  readonly enqueuedAtMs: number;
  readonly deliveryCount: number;
  readonly timeToLiveMs: number | undefined;
  readonly lockedUntilMs: number | undefined;
  readonly deadLetterSource: string | undefined;
  /** 0 active, 1 deferred, 2 scheduled. */
  readonly state: 0 | 1 | 2;
}

const headerBytes = 21;
const mapHeadBytes = 12;

const sequenceNumberKey = encodeSymbol('x-opt-sequence-number');
const enqueuedSequenceNumberKey = encodeSymbol('x-opt-enqueue-sequence-number');
const enqueuedTimeKey = encodeSymbol('x-opt-enqueued-time');
const lockedUntilKey = encodeSymbol('x-opt-locked-until');
const stateKey = encodeSymbol('x-opt-message-state');
const deadLetterSourceKey = encodeSymbol('x-opt-deadletter-source');

const fixedBytes =
  sequenceNumberKey.length +
  enqueuedSequenceNumberKey.length +
  enqueuedTimeKey.length +
  lockedUntilKey.length +
  stateKey.length +
  4 * 9 +
  5;

/** The whole message in AMQP encoding: header and annotations written now, then the stored bytes. */
export function encodeDelivery(content: Content, facts: DeliveryFacts): Buffer {
  const source = facts.deadLetterSource === undefined ? undefined : encodeString(facts.deadLetterSource);
  const sourceBytes = source === undefined ? 0 : deadLetterSourceKey.length + source.length;
  const headMax = headerBytes + mapHeadBytes + fixedBytes + sourceBytes + content.annotations.length;
  const encoded = Buffer.allocUnsafe(headMax + content.bare.length);
  const annotationsAt = writeHeader(encoded, content, facts);
  const bareAt = writeAnnotations(encoded, annotationsAt, content, facts, source);
  content.bare.copy(encoded, bareAt);
  return encoded.subarray(0, bareAt + content.bare.length);
}

/** 00 53 70, a list8 of durable, priority, ttl, first-acquirer, delivery-count. */
function writeHeader(encoded: Buffer, content: Content, facts: DeliveryFacts): number {
  encoded.set([0x00, 0x53, 0x70, 0xc0, 0, 5, content.durable ? 0x41 : 0x42, 0x50, content.priority & 0xff], 0);
  const afterTtl = writeTimeToLive(encoded, facts.timeToLiveMs);
  encoded[afterTtl] = 0x42;
  encoded[afterTtl + 1] = 0x70;
  encoded.writeUInt32BE(facts.deliveryCount, afterTtl + 2);
  const end = afterTtl + 6;
  encoded[4] = end - 5;
  return end;
}

function writeTimeToLive(encoded: Buffer, timeToLiveMs: number | undefined): number {
  if (timeToLiveMs === undefined) {
    encoded[9] = 0x40;
    return 10;
  }
  encoded[9] = 0x70;
  encoded.writeUInt32BE(Math.min(timeToLiveMs, 0xffffffff), 10);
  return 14;
}

function writeAnnotations(
  encoded: Buffer,
  start: number,
  content: Content,
  facts: DeliveryFacts,
  source: Buffer | undefined,
): number {
  let at = start + mapHeadBytes;
  at = write64Bits(encoded, at, sequenceNumberKey, 0x81, facts.sequenceNumber);
  at = write64Bits(encoded, at, enqueuedSequenceNumberKey, 0x81, facts.enqueuedSequenceNumber);
  at = write64Bits(encoded, at, enqueuedTimeKey, 0x83, facts.enqueuedAtMs);
  let count = 8;
  at += stateKey.copy(encoded, at);
  at = encoded.writeUInt8(0x71, at);
  at = encoded.writeInt32BE(facts.state, at);
  if (facts.lockedUntilMs !== undefined) {
    at = write64Bits(encoded, at, lockedUntilKey, 0x83, facts.lockedUntilMs);
    count += 2;
  }
  if (source !== undefined) {
    at += deadLetterSourceKey.copy(encoded, at);
    at += source.copy(encoded, at);
    count += 2;
  }
  at += content.annotations.copy(encoded, at);
  writeMapHead(encoded, start, at - start - mapHeadBytes, count + countValues(content.annotations));
  return at;
}

/** 00 53 72, then a map32 of `count` elements in `bytes` bytes. */
function writeMapHead(encoded: Buffer, at: number, bytes: number, count: number): void {
  encoded.set([0x00, 0x53, 0x72, 0xd1], at);
  encoded.writeUInt32BE(bytes + 4, at + 4);
  encoded.writeUInt32BE(count, at + 8);
}

function write64Bits(encoded: Buffer, start: number, key: Buffer, code: number, value: number): number {
  let at = start + key.copy(encoded, start);
  encoded[at++] = code;
  encoded.writeUInt32BE(Math.floor(value / 0x100000000), at);
  return encoded.writeUInt32BE(value % 0x100000000, at + 4);
}

function countValues(encoded: Buffer): number {
  const reader = new AmqpReader(encoded);
  let count = 0;
  for (; !reader.done; count++) reader.skipValue();
  return count;
}
