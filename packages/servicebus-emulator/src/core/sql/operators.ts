import { Guid } from '../../codec/typed-value.ts';
import { SqlEvaluationError } from './sql-error.ts';
import type { Arithmetic, Comparison } from './syntax.ts';
import { isKnown, type Maybe, type SqlValue, toText } from './value.ts';

/** Longer texts cannot be made: a property holds no more in Service Bus. */
const textMax = 32_768;

/** Three-valued: undefined is unknown. Values of kinds that have no order between them are neither equal nor not. */
export function compare(operator: Comparison, left: Maybe, right: Maybe): boolean | undefined {
  const order = orderOf(left, right);
  if (order === undefined) return undefined;
  switch (operator) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/**
 * Integers stay integers of 64 bits and wrap around; with a double on either side both become doubles; text is joined.
 * @throws SqlEvaluationError
 */
export function calculate(operator: Arithmetic, left: Maybe, right: Maybe): Maybe {
  if (!isKnown(left) || !isKnown(right)) return undefined;
  if (operator === '+' && (typeof left === 'string' || typeof right === 'string')) return join(left, right);
  if (typeof left === 'bigint' && typeof right === 'bigint') return calculateIntegers(operator, left, right);
  if (isNumber(left) && isNumber(right)) return calculateDoubles(operator, Number(left), Number(right));
  throw new SqlEvaluationError(`The operator ${operator} has no meaning between ${kindOf(left)} and ${kindOf(right)}.`);
}

/** @throws SqlEvaluationError */
export function sign(negative: boolean, operand: Maybe): Maybe {
  if (!isKnown(operand)) return undefined;
  if (!isNumber(operand)) throw new SqlEvaluationError(`A sign has no meaning before ${kindOf(operand)}.`);
  if (!negative) return operand;
  return typeof operand === 'bigint' ? BigInt.asIntN(64, -operand) : -operand;
}

function join(left: Exclude<SqlValue, null>, right: Exclude<SqlValue, null>): string {
  const joined = toText(left) + toText(right);
  if (joined.length > textMax) throw new SqlEvaluationError(`A text of more than ${textMax} characters was made.`);
  return joined;
}

function calculateIntegers(operator: Arithmetic, left: bigint, right: bigint): bigint {
  if (right === 0n && (operator === '/' || operator === '%')) throw new SqlEvaluationError('Division by zero.');
  return BigInt.asIntN(64, integerOperators[operator](left, right));
}

const integerOperators: Readonly<Record<Arithmetic, (left: bigint, right: bigint) => bigint>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
};

function calculateDoubles(operator: Arithmetic, left: number, right: number): number {
  return doubleOperators[operator](left, right);
}

const doubleOperators: Readonly<Record<Arithmetic, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
};

/** Below 0, 0 or above 0; NaN compares as different from everything, undefined is incomparable, as nothing is. */
function orderOf(left: Maybe, right: Maybe): number | undefined {
  if (isNumber(left) && isNumber(right)) return orderOfNumbers(left, right);
  if (typeof left === 'string' && typeof right === 'string') return left === right ? 0 : left < right ? -1 : 1;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (left instanceof Date && right instanceof Date) return left.getTime() - right.getTime();
  if (left instanceof Guid && right instanceof Guid) return left.bytes.compare(right.bytes);
  if (Buffer.isBuffer(left) && Buffer.isBuffer(right)) return left.compare(right);
  return undefined;
}

/** JavaScript compares integers with doubles exactly, where a conversion would round. */
function orderOfNumbers(left: bigint | number, right: bigint | number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  // biome-ignore lint/suspicious/noDoubleEquals: an integer and a double are of different types
  return left == right ? 0 : Number.NaN;
}

function isNumber(value: Maybe): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}

function kindOf(value: Exclude<SqlValue, null>): string {
  if (value instanceof Date) return 'a time';
  if (value instanceof Guid) return 'a GUID';
  if (Buffer.isBuffer(value)) return 'binary data';
  return { string: 'text', boolean: 'true or false', bigint: 'an integer', number: 'a number' }[
    typeof value as 'string'
  ];
}
