import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../codec/amqp-reader.ts';
import { assertPerformative } from './performatives.ts';

/** The fields that clients send, as the specification has them; those with an exclamation mark are mandatory. */
const specified: Readonly<Record<string, readonly [number, string]>> = {
  open: [0x10, 'string! string uint ushort uint any any any any any'],
  begin: [0x11, 'ushort uint! uint! uint! uint any any any'],
  attach: [0x12, 'string! uint! bool! ubyte ubyte any any any bool uint ulong any any any'],
  flow: [0x13, 'uint uint! uint! uint! uint uint uint uint bool bool any'],
  transfer: [0x14, 'uint! uint binary uint bool bool ubyte any bool bool bool'],
  disposition: [0x15, 'bool! uint! uint bool any bool'],
  detach: [0x16, 'uint! bool any'],
  end: [0x17, 'any'],
  close: [0x18, 'any'],
  'sasl-init': [0x41, 'symbol! binary string'],
  'sasl-response': [0x43, 'binary!'],
};

/** Every encoding of a value of each type. */
const encodings: Readonly<Record<string, readonly (readonly number[])[]>> = {
  bool: [[0x41], [0x42], [0x56, 1]],
  ubyte: [[0x50, 1]],
  ushort: [[0x60, 0, 1]],
  uint: [[0x43], [0x52, 1], [0x70, 0, 0, 0, 1]],
  ulong: [[0x44], [0x53, 1], [0x80, 0, 0, 0, 0, 0, 0, 0, 1]],
  string: [
    [0xa1, 1, 65],
    [0xb1, 0, 0, 0, 1, 65],
  ],
  symbol: [
    [0xa3, 1, 65],
    [0xb3, 0, 0, 0, 1, 65],
  ],
  binary: [
    [0xa0, 1, 65],
    [0xb0, 0, 0, 0, 1, 65],
  ],
  any: [[0x40], [0xc1, 3, 2, 0x41, 0x42], [0x00, 0x53, 0x24, 0x45]],
};

const absent = [0x40];
/** A type that no field of these has. */
const time = [0x83, 0, 0, 0, 0, 0, 0, 0, 1];

type Encoded = readonly number[];

function list(fields: readonly Encoded[]): number[] {
  const bytes = fields.flat();
  return [0xd0, 0, 0, 0, bytes.length + 4, 0, 0, 0, fields.length, ...bytes];
}

function judge(descriptor: number, value: Encoded): void {
  const frame = Buffer.from([0xff, 0x00, 0x53, descriptor, ...value, 0xff]);
  assertPerformative(frame, 1, frame.length - 1);
}

const first = (type: string): Encoded => encodings[type]?.[0] ?? [];
const refused = (descriptor: number, value: Encoded, what: string) =>
  assert.throws(() => judge(descriptor, value), DecodeError, what);

for (const [name, [descriptor, text]] of Object.entries(specified)) {
  const fields = text.split(' ').map((field) => ({ type: field.replace('!', ''), isMandatory: field.endsWith('!') }));
  const whole = fields.map(({ type }) => first(type));
  const last = fields.findLastIndex(({ isMandatory }) => isMandatory);

  test(`${name}: each field in each of its encodings`, () => {
    for (const [index, { type, isMandatory }] of fields.entries()) {
      for (const encoding of encodings[type] ?? []) judge(descriptor, list(whole.with(index, encoding)));
      if (!isMandatory) judge(descriptor, list(whole.with(index, absent)));
    }
    judge(descriptor, list(whole.slice(0, last + 1)));
  });

  test(`${name}: a field of another type, or one that has to be there and is not`, () => {
    for (const [index, { type, isMandatory }] of fields.entries()) {
      const others = Object.keys(encodings).filter((other) => other !== 'any' && type !== 'any' && other !== type);
      for (const other of others) refused(descriptor, list(whole.with(index, first(other))), `${index} as ${other}`);
      if (type !== 'any') refused(descriptor, list(whole.with(index, time)), `${index} as a time`);
      if (isMandatory) refused(descriptor, list(whole.with(index, absent)), `${index} as null`);
      if (isMandatory) refused(descriptor, list(whole.slice(0, index)), `nothing from ${index} on`);
    }
  });

  test(`${name}: fields that there are not, or that cannot be walked`, () => {
    refused(descriptor, list([...whole, absent]), 'one more');
    for (const [index, { type }] of fields.entries())
      if (type === 'any')
        refused(descriptor, list(whole.with(index, [0xf0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x45])), `${index}`);
    const long = list(whole);
    refused(descriptor, long.slice(0, -1), 'cut');
  });
}

test('a performative is a list, long, short or empty', () => {
  judge(0x18, [0x45]);
  judge(0x18, [0xc0, 2, 1, 0x40]);
  for (const value of [[0x40], [0xc1, 1, 0], [0xd1, 0, 0, 0, 4, 0, 0, 0, 0], [0xa1, 0], []])
    refused(0x18, value, value.join());
});

test('what only servers say, and what nobody says, is refused', () => {
  for (const descriptor of [0x00, 0x0f, 0x19, 0x40, 0x42, 0x44, 0xff]) refused(descriptor, [0x45], String(descriptor));
});
