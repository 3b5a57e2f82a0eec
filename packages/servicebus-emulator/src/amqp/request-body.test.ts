import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asMap, RequestBody } from './request-body.ts';

const body = (value: unknown) => new RequestBody({ field: value });
const invalid = { code: 'argument-invalid' };

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

test('a body is a map', () => {
  for (const value of [undefined, null, 'text', 5]) assert.throws(() => new RequestBody(value), invalid);
});

test('whole numbers, also as 8 bytes', () => {
  for (const [value, expected] of [
    [5, 5],
    [-1, -1],
    [int64(-7n), -7],
    [int64(2n ** 53n - 1n), 2 ** 53 - 1],
  ] as const)
    assert.equal(body(value).integer('field'), expected);
  for (const value of [undefined, null, 1.5, '5', Number.NaN, 2 ** 53, int64(2n ** 53n), Buffer.alloc(4, 1), true])
    assert.throws(() => body(value).integer('field'), { ...invalid, message: "'field' is not a whole number." });
  assert.deepEqual(
    [-1, 0, 3, 4, int64(-5n)].map((value) => body(value).count('field', 3)),
    [0, 0, 3, 3, 0],
  );
  assert.deepEqual(body([1, int64(2n)]).integers('field'), [1, 2]);
  assert.throws(() => body([1, 'x']).integers('field'), invalid);
});

test('texts, binaries and times; what is missing is undefined', () => {
  assert.deepEqual(
    [body('a').text('field'), body(5).text('field'), body(undefined).text('field')],
    ['a', undefined, undefined],
  );
  const bytes = Buffer.of(1);
  assert.deepEqual(
    [body(bytes).binary('field'), body(null).binary('field'), body(undefined).binary('field')],
    [bytes, undefined, undefined],
  );
  assert.throws(() => body('a').binary('field'), { ...invalid, message: "'field' is not binary." });
  const times = [new Date(5), new Date(Number.NaN), 5, undefined].map((value) => body(value).time('field'));
  assert.deepEqual(times, [5, undefined, undefined, undefined]);
});

test('lists are bounded', () => {
  assert.equal(body(Array.from({ length: 10_000 }, () => 0)).list('field').length, 10_000);
  for (const value of [Array.from({ length: 10_001 }, () => 0), undefined, {}, 'a'])
    assert.throws(() => body(value).list('field'), { ...invalid, message: "'field' is not a list of 10000 at most." });
});

test('maps', () => {
  assert.deepEqual(
    [body({ a: 1 }).map('field'), body(null).map('field'), body(undefined).map('field')],
    [{ a: 1 }, {}, {}],
  );
  assert.deepEqual(body([{ a: 1 }, {}]).maps('field'), [{ a: 1 }, {}]);
  for (const value of ['a', 5, true]) {
    assert.throws(() => body(value).map('field'), { ...invalid, message: "'field' is not a map." });
    assert.throws(() => body([value]).maps('field'), invalid);
    assert.throws(() => asMap(value, 'field'), invalid);
  }
  assert.throws(() => asMap(null, 'field'), invalid);
});
