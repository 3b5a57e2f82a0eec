import type { AmqpReader, AmqpScalar } from './amqp-reader.ts';
import { encodeScalar } from './amqp-writer.ts';

/** 16 bytes as they travel in AMQP, apart from other binary values. */
export class Guid {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  toString(): string {
    return this.bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
}

/** A value that keeps its type: bigint is an integer of any width, number is a float or a double. */
export type TypedValue = string | bigint | number | boolean | Date | Guid | Buffer | null;

const floatCodes: ReadonlySet<number> = new Set([0x72, 0x82]);
const uuidCode = 0x98;
const int64Max = 2n ** 63n - 1n;

export function readTypedValue(reader: AmqpReader): TypedValue {
  const code = reader.buffer[reader.offset] ?? 0;
  const value: AmqpScalar = reader.readScalar();
  if (typeof value === 'number' && !floatCodes.has(code)) return BigInt(value);
  return Buffer.isBuffer(value) && code === uuidCode ? new Guid(value) : value;
}

export function encodeTypedValue(value: TypedValue): Buffer {
  if (value instanceof Guid) return Buffer.concat([Buffer.of(uuidCode), value.bytes]);
  if (typeof value === 'number') return encodeDouble(value);
  return typeof value === 'bigint' && value > int64Max ? encodeUnsigned(value) : encodeScalar(value);
}

function encodeDouble(value: number): Buffer {
  const encoded = Buffer.of(0x82, 0, 0, 0, 0, 0, 0, 0, 0);
  encoded.writeDoubleBE(value, 1);
  return encoded;
}

function encodeUnsigned(value: bigint): Buffer {
  const encoded = Buffer.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0);
  encoded.writeBigUInt64BE(value, 1);
  return encoded;
}
