import type { AmqpScalar } from './amqp-reader.ts';

/** Encodes a primitive value (AMQP 1.0, part 1, section 1.6). */
export function encodeScalar(value: AmqpScalar): Buffer {
  if (value === null) return Buffer.of(0x40);
  if (typeof value === 'boolean') return Buffer.of(value ? 0x41 : 0x42);
  if (typeof value === 'string') return encodeString(value);
  if (typeof value === 'bigint') return encode64Bits(0x81, value);
  if (typeof value === 'number') return encodeNumber(value);
  if (value instanceof Date) return encode64Bits(0x83, BigInt(value.getTime()));
  return variable(0xa0, value);
}

export function encodeString(value: string): Buffer {
  return variable(0xa1, Buffer.from(value));
}

export function encodeSymbol(value: string): Buffer {
  return variable(0xa3, Buffer.from(value, 'latin1'));
}

/** A map from entries that are encoded already: key, value, key, value. */
export function encodeMap(elements: readonly Buffer[], count: number): Buffer {
  return compound(0xd1, elements, count);
}

/** A list from elements that are encoded already. */
export function encodeList(elements: readonly Buffer[], count: number): Buffer {
  return compound(0xd0, elements, count);
}

function compound(code: number, elements: readonly Buffer[], count: number): Buffer {
  const size = elements.reduce((sum, element) => sum + element.length, 0);
  const head = Buffer.allocUnsafe(9);
  head[0] = code;
  head.writeUInt32BE(size + 4, 1);
  head.writeUInt32BE(count, 5);
  return Buffer.concat([head, ...elements]);
}

function encodeNumber(value: number): Buffer {
  if (Number.isSafeInteger(value)) return encode64Bits(0x81, BigInt(value));
  const encoded = Buffer.allocUnsafe(9);
  encoded[0] = 0x82;
  encoded.writeDoubleBE(value, 1);
  return encoded;
}

function encode64Bits(code: number, value: bigint): Buffer {
  const encoded = Buffer.allocUnsafe(9);
  encoded[0] = code;
  encoded.writeBigInt64BE(value, 1);
  return encoded;
}

/** `code` is the one-byte-size constructor; the four-byte one is 0x10 above it. */
function variable(code: number, bytes: Buffer): Buffer {
  if (bytes.length < 256) return Buffer.concat([Buffer.of(code, bytes.length), bytes]);
  const head = Buffer.allocUnsafe(5);
  head[0] = code + 0x10;
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
