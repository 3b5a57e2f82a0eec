/** What an AMQP value becomes here; binary and UUID stay bytes, 64-bit integers beyond 2^53 become bigint. */
export type AmqpScalar = string | number | bigint | boolean | null | Buffer | Date;

export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

const nestingMax = 32;

/** What a date can say, in milliseconds around 1970. */
const dateMsMax = 8.64e15;

/** Widths by the high half of a constructor byte (AMQP 1.0, part 1, section 1.2). */
const fixedWidths: Readonly<Record<number, number>> = { 4: 0, 5: 1, 6: 2, 7: 4, 8: 8, 9: 16 };

/**
 * Walks encoded AMQP values without building objects for what nobody asks for. Every read is checked against the
 * end: input comes from the network.
 */
export class AmqpReader {
  readonly buffer: Buffer;
  readonly #end: number;
  offset: number;

  constructor(buffer: Buffer, offset = 0, end = buffer.length) {
    this.buffer = buffer;
    this.offset = offset;
    this.#end = end;
  }

  get done(): boolean {
    return this.offset >= this.#end;
  }

  /** The descriptor code of the described value that begins here; the value itself is next. */
  readDescriptor(): number {
    if (this.readByte() !== 0) throw new DecodeError('expected a described value');
    const descriptor = this.readScalar();
    if (typeof descriptor === 'number') return descriptor;
    throw new DecodeError('expected a numeric descriptor');
  }

  skipValue(depth = 0): void {
    if (depth > nestingMax) throw new DecodeError('nested too deeply');
    const code = this.readByte();
    if (code === 0) {
      this.skipValue(depth + 1);
      this.skipValue(depth + 1);
      return;
    }
    const width = fixedWidths[code >> 4];
    this.#advance(width ?? this.#readSize(code));
  }

  /** Enters a list or a map and answers how many elements follow. */
  readCount(): number {
    const code = this.readByte();
    if (code === 0x45) return 0;
    if (code === 0xc0 || code === 0xc1) {
      this.#advance(1);
      return this.readByte();
    }
    if (code === 0xd0 || code === 0xd1) {
      this.#advance(4);
      return this.#readUint32();
    }
    throw new DecodeError(`expected a list or a map, got type ${hex(code)}`);
  }

  /** A primitive value. Compound values are skipped and read as null: no rule compares them. */
  readScalar(): AmqpScalar {
    const start = this.offset;
    const code = this.readByte();
    if (code >= 0xa0 && code < 0xc0) return this.#readVariable(code);
    const read = fixedReaders[code];
    if (read === undefined) {
      this.offset = start;
      this.skipValue();
      return null;
    }
    const at = this.#advance(fixedWidths[code >> 4] ?? 0);
    return read(this.buffer, at);
  }

  readBinary(): Buffer {
    const value = this.readScalar();
    if (Buffer.isBuffer(value)) return value;
    throw new DecodeError('expected binary data');
  }

  readByte(): number {
    return this.buffer[this.#advance(1)] as number;
  }

  #readVariable(code: number): string | Buffer {
    const size = this.#readSize(code);
    const at = this.#advance(size);
    const kind = code & 0x0f;
    if (kind === 0) return this.buffer.subarray(at, at + size);
    return this.buffer.toString(kind === 1 ? 'utf8' : 'latin1', at, at + size);
  }

  #readSize(code: number): number {
    const high = code >> 4;
    if (high < 0xa) throw new DecodeError(`unknown type ${hex(code)}`);
    return high % 2 === 0 ? this.readByte() : this.#readUint32();
  }

  #readUint32(): number {
    return this.buffer.readUInt32BE(this.#advance(4));
  }

  #advance(width: number): number {
    const at = this.offset;
    if (at + width > this.#end) throw new DecodeError('the value ends early');
    this.offset = at + width;
    return at;
  }
}

const fixedReaders: Readonly<Record<number, (buffer: Buffer, at: number) => AmqpScalar>> = {
  64: () => null,
  65: () => true,
  66: () => false,
  67: () => 0,
  68: () => 0,
  80: (buffer, at) => buffer.readUInt8(at),
  81: (buffer, at) => buffer.readInt8(at),
  82: (buffer, at) => buffer.readUInt8(at),
  83: (buffer, at) => buffer.readUInt8(at),
  84: (buffer, at) => buffer.readInt8(at),
  85: (buffer, at) => buffer.readInt8(at),
  86: (buffer, at) => buffer.readUInt8(at) === 1,
  96: (buffer, at) => buffer.readUInt16BE(at),
  97: (buffer, at) => buffer.readInt16BE(at),
  112: (buffer, at) => buffer.readUInt32BE(at),
  113: (buffer, at) => buffer.readInt32BE(at),
  114: (buffer, at) => buffer.readFloatBE(at),
  115: (buffer, at) => String.fromCodePoint(Math.min(buffer.readUInt32BE(at), 0x10ffff)),
  128: (buffer, at) => narrow(buffer.readBigUInt64BE(at)),
  129: (buffer, at) => narrow(buffer.readBigInt64BE(at)),
  130: (buffer, at) => buffer.readDoubleBE(at),
  131: (buffer, at) => nearestDate(Number(buffer.readBigInt64BE(at))),
  152: (buffer, at) => buffer.subarray(at, at + 16),
};

/** A time beyond what a date can say is the last, or the first, that it can. */
function nearestDate(ms: number): Date {
  return new Date(Math.max(-dateMsMax, Math.min(dateMsMax, ms)));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function hex(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')}`;
}
