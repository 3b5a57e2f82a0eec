import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Guid, type TypedValue } from '../codec/typed-value.ts';
import { fromLiteral, type Literal, toLiteral } from './literal.ts';

const guid = new Guid(Buffer.from('00112233445566778899aabbccddeeff', 'hex'));

test('values come back as they were, with their types', () => {
  const values: readonly TypedValue[] = [
    ...['', 'text', -(2n ** 63n), 2n ** 63n - 1n, 0n, 0.5, -1e300, Number.NEGATIVE_INFINITY, Number.NaN, true, false],
    ...[new Date(1_700_000_000_000), guid],
  ];
  for (const value of values) {
    const literal = toLiteral(value);
    assert.ok(literal !== undefined, String(value));
    assert.deepEqual(fromLiteral(JSON.parse(JSON.stringify(literal))), value);
  }
});

test('nothing and bytes have no literal form', () => {
  for (const value of [null, Buffer.from('a')]) assert.equal(toLiteral(value), undefined);
});

test('texts that are no value of their type', () => {
  const wrong: Readonly<Partial<Record<Literal['type'], readonly string[]>>> = {
    long: ['', '1.5', 'x', '1'.repeat(20), '9223372036854775808', '-9223372036854775809', '+1', ' 1', '1n'],
    double: ['', '.', '1.2.3', '0x10', 'infinity x', '1e', ' 1'],
    boolean: ['', 'yes', '1', 'constructor', 'tostring', '__proto__'],
    dateTime: ['', 'soon'],
    guid: ['', String(guid).slice(1), `${String(guid)}0`, String(guid).replaceAll('-', ''), 'x'.repeat(36)],
  };
  for (const [type, texts] of Object.entries(wrong) as [Literal['type'], readonly string[]][])
    for (const text of texts) assert.equal(fromLiteral({ type, text }), undefined, `${type} ${text}`);
});

test('doubles in the forms that clients write', () => {
  const forms = { '5': 5, '5.': 5, '.5': 0.5, '+1.5E+3': 1_500, '-2e-1': -0.2, '-Infinity': Number.NEGATIVE_INFINITY };
  for (const [text, value] of Object.entries(forms)) assert.equal(fromLiteral({ type: 'double', text }), value, text);
});

test('a number of a million digits takes no time', () => {
  assert.equal(fromLiteral({ type: 'double', text: `${'1'.repeat(1_000_000)}x` }), undefined);
});
