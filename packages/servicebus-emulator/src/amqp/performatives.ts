import { AmqpReader, DecodeError } from '../codec/amqp-reader.ts';
import { assertWellformed } from '../codec/wellformed.ts';

/** Constructor bytes by type; null stands for a field that is left out. */
const types = {
  bool: [0x41, 0x42, 0x56],
  ubyte: [0x50],
  ushort: [0x60],
  uint: [0x43, 0x52, 0x70],
  ulong: [0x44, 0x53, 0x80],
  string: [0xa1, 0xb1],
  symbol: [0xa3, 0xb3],
  binary: [0xa0, 0xb0],
} as const;

type FieldType = keyof typeof types | 'any';

interface Performative {
  readonly fields: readonly FieldType[];
  /** Fields without which it means nothing. */
  readonly mandatory: readonly number[];
}

const performative = (fields: string, ...mandatory: number[]): Performative => ({
  fields: fields.split(' ') as FieldType[],
  mandatory,
});

/** By descriptor (AMQP 1.0, part 2, section 2.7, and part 5, section 5.3.3). rhea takes whatever type it finds. */
const performatives: ReadonlyMap<number, Performative> = new Map([
  [0x10, performative('string string uint ushort uint any any any any any', 0)],
  [0x11, performative('ushort uint uint uint uint any any any', 1, 2, 3)],
  [0x12, performative('string uint bool ubyte ubyte any any any bool uint ulong any any any', 0, 1, 2)],
  [0x13, performative('uint uint uint uint uint uint uint uint bool bool any', 1, 2, 3)],
  [0x14, performative('uint uint binary uint bool bool ubyte any bool bool bool', 0)],
  [0x15, performative('bool uint uint bool any bool', 0, 1)],
  [0x16, performative('uint bool any', 0)],
  [0x17, performative('any')],
  [0x18, performative('any')],
  [0x41, performative('symbol binary string', 0)],
  [0x43, performative('binary', 0)],
]);

const listCodes: readonly number[] = [0x45, 0xc0, 0xd0];
const nullCode = 0x40;

/**
 * Checks the performative of a frame: that it is one that a client may send, and that its fields are of their types.
 * @throws DecodeError
 */
export function assertPerformative(buffer: Buffer, start: number, end: number): void {
  const reader = new AmqpReader(buffer, start, end);
  const descriptor = reader.readDescriptor();
  const expected = performatives.get(descriptor);
  if (expected === undefined) throw new DecodeError(`unknown performative 0x${descriptor.toString(16)}`);
  if (!listCodes.includes(buffer[reader.offset] ?? -1)) throw new DecodeError('a performative is a list');
  const count = reader.readCount();
  if (count > expected.fields.length) throw new DecodeError('too many fields');
  for (let index = 0; index < count; index++) assertField(reader, end, expected, index);
  if (expected.mandatory.some((index) => index >= count)) throw new DecodeError('a mandatory field is missing');
}

function assertField(reader: AmqpReader, end: number, { fields, mandatory }: Performative, index: number): void {
  const type = fields[index] as FieldType;
  const code = reader.buffer[reader.offset] ?? -1;
  if (type === 'any') {
    reader.offset = assertWellformed(reader.buffer, reader.offset, end);
    return;
  }
  const present = (types[type] as readonly number[]).includes(code);
  if (!present && (code !== nullCode || mandatory.includes(index)))
    throw new DecodeError(`field ${index} should be ${type}, and is of type 0x${code.toString(16)}`);
  reader.skipValue();
}
