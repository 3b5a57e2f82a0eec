import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Guid } from '../../codec/typed-value.ts';
import { convertLike } from './convert.ts';
import type { Maybe } from './value.ts';

const at = new Date(1_000);
const bytes = Buffer.from('bytes');
const guid = new Guid(Buffer.alloc(16, 1));

function assertConverted(existing: Maybe, cases: readonly (readonly [Maybe, Maybe])[]): void {
  for (const [value, expected] of cases)
    assert.deepEqual(convertLike(existing, value), expected, `${String(value)} like ${String(existing)}`);
}

test('a property that is not there, or is null, takes any value as it is', () => {
  for (const value of ['a', 1n, 2.5, true, at, guid, bytes, null, undefined])
    for (const existing of [null, undefined]) assert.equal(convertLike(existing, value), value);
});

test('nothing takes the place of any value', () => {
  for (const existing of ['a', 1n, 2.5, true, at, guid, bytes])
    for (const value of [null, undefined]) assert.equal(convertLike(existing, value), value);
});

test('a text takes everything as text', () => {
  assertConverted('old', [
    ['new', 'new'],
    [5n, '5'],
    [2.5, '2.5'],
    [false, 'false'],
    [at, at.toISOString()],
    [bytes, 'Ynl0ZXM='],
    [guid, String(guid)],
  ]);
});

test('an integer takes what is whole', () => {
  assertConverted(7n, [
    [-3n, -3n],
    [4, 4n],
    [4.5, 4.5],
    [2 ** 60, 2 ** 60],
    ['-12', -12n],
    ['9'.repeat(18), 999_999_999_999_999_999n],
    ['9'.repeat(19), '9'.repeat(19)],
    ['1.5', '1.5'],
    ['', ''],
    [true, true],
    [at, at],
  ]);
});

test('a double takes what is a number', () => {
  assertConverted(0.5, [
    [1.5, 1.5],
    [3n, 3],
    ['-2.25', -2.25],
    ['7', 7],
    ['1e5', '1e5'],
    ['', ''],
    [true, true],
    [at, at],
  ]);
});

test('true or false takes its names, and no name that objects have anyway', () => {
  assertConverted(true, [
    [false, false],
    ['TRUE', true],
    ['False', false],
    ['yes', 'yes'],
    ['constructor', 'constructor'],
    ['__proto__', '__proto__'],
    [1n, 1n],
  ]);
});

test('times, identifiers and bytes are replaced', () => {
  for (const existing of [at, guid, bytes]) assertConverted(existing, [['text', 'text']]);
});
