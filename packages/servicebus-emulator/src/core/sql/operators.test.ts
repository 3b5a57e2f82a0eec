import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Guid } from '../../codec/typed-value.ts';
import { calculate, compare, sign } from './operators.ts';
import type { Arithmetic, Comparison } from './syntax.ts';
import type { Maybe } from './value.ts';

const guid = (byte: number) => new Guid(Buffer.alloc(16, byte));

/** Of each kind a smaller and a greater value. */
const kinds: Readonly<Record<string, readonly [Maybe, Maybe]>> = {
  text: ['a', 'b'],
  'true or false': [false, true],
  'an integer': [1n, 2n],
  'a time': [new Date(1_000), new Date(2_000)],
  'a GUID': [guid(1), guid(2)],
  'binary data': [Buffer.of(1), Buffer.of(2)],
};

const operators: readonly Comparison[] = ['=', '<>', '<', '<=', '>', '>='];
const outcomes = (left: Maybe, right: Maybe) => operators.map((operator) => compare(operator, left, right));

suite('comparisons', () => {
  test('order values of one kind', () => {
    for (const [kind, [small, great]] of Object.entries(kinds)) {
      assert.deepEqual(outcomes(small, great), [false, true, true, true, false, false], kind);
      assert.deepEqual(outcomes(great, small), [false, true, false, false, true, true], kind);
      assert.deepEqual(outcomes(great, great), [true, false, false, true, false, true], kind);
    }
  });

  test('know no order between kinds, nor with nothing', () => {
    const unknown = operators.map(() => undefined);
    for (const [kind, [one]] of Object.entries(kinds)) {
      for (const [other, [another]] of Object.entries(kinds))
        if (kind !== other) assert.deepEqual(outcomes(one, another), unknown, `${kind} and ${other}`);
      for (const nothing of [null, undefined]) {
        assert.deepEqual(outcomes(one, nothing), unknown, kind);
        assert.deepEqual(outcomes(nothing, one), unknown, kind);
      }
    }
  });

  test('integers and doubles are numbers alike', () => {
    assert.deepEqual(outcomes(1n, 1.5), [false, true, true, true, false, false]);
    assert.deepEqual(outcomes(2n, 2), [true, false, false, true, false, true]);
    assert.deepEqual(outcomes(2 ** 53, 2n ** 53n + 1n), [false, true, true, true, false, false]);
    assert.deepEqual(outcomes(Number.NaN, 1n), [false, true, false, false, false, false]);
  });
});

suite('calculations', () => {
  test('of doubles, and of doubles with integers', () => {
    const expected: Readonly<Record<Arithmetic, number>> = { '+': 9.5, '-': 5.5, '*': 15, '/': 3.75, '%': 1.5 };
    for (const [operator, result] of Object.entries(expected) as [Arithmetic, number][])
      assert.equal(calculate(operator, 7.5, 2n), result, operator);
    assert.equal(calculate('-', 1n, 0.5), 0.5);
  });

  test('only division has a trouble with zero', () => {
    for (const [operator, result] of [['+', 5n] as const, ['-', 5n] as const, ['*', 0n] as const])
      assert.equal(calculate(operator, 5n, 0n), result);
    for (const operator of ['/', '%'] as const)
      assert.throws(() => calculate(operator, 5n, 0n), { name: 'SqlEvaluationError', message: 'Division by zero.' });
  });

  test('text joins with anything, from either side', () => {
    for (const [kind, [value]] of Object.entries(kinds)) {
      assert.equal(typeof calculate('+', 'a', value ?? ''), 'string', kind);
      assert.equal(String(calculate('+', value ?? '', 'a')).at(-1), 'a', kind);
    }
    assert.equal(calculate('+', 1n, 'a'), '1a');
    assert.equal(String(calculate('+', 'x'.repeat(32_767), 'y')).length, 32_768);
    assert.throws(() => calculate('+', 'x'.repeat(32_768), 'y'), /more than 32768 characters/);
  });

  test('with nothing come to nothing', () => {
    for (const nothing of [null, undefined]) {
      assert.equal(calculate('+', 'a', nothing), undefined);
      assert.equal(calculate('+', nothing, 1n), undefined);
      assert.equal(sign(true, nothing), undefined);
    }
  });

  test('that mean nothing say of what', () => {
    for (const [kind, [value]] of Object.entries(kinds)) {
      if (kind === 'an integer') continue;
      assert.throws(() => calculate('*', value, 2.5), {
        message: `The operator * has no meaning between ${kind} and a number.`,
      });
      assert.throws(() => calculate('*', 2n, value), {
        message: `The operator * has no meaning between an integer and ${kind}.`,
      });
      assert.throws(() => sign(false, value), { message: `A sign has no meaning before ${kind}.` });
    }
  });

  test('a sign keeps the type', () => {
    assert.deepEqual([sign(true, 5n), sign(true, 2.5), sign(false, 5n)], [-5n, -2.5, 5n]);
    assert.equal(sign(true, -(2n ** 63n)), -(2n ** 63n));
  });
});
