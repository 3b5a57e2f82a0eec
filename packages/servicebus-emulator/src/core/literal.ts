import { Guid, type TypedValue } from '../codec/typed-value.ts';
import { booleanOf } from './boolean-text.ts';

/** A value as definitions keep it: it survives JSON with its type. */
export interface Literal {
  readonly type: 'string' | 'long' | 'double' | 'boolean' | 'dateTime' | 'guid';
  readonly text: string;
}

/** @returns undefined when the value has no literal form */
export function toLiteral(value: TypedValue): Literal | undefined {
  if (typeof value === 'string') return { type: 'string', text: value };
  if (typeof value === 'bigint') return { type: 'long', text: String(value) };
  if (typeof value === 'number') return { type: 'double', text: String(value) };
  if (typeof value === 'boolean') return { type: 'boolean', text: String(value) };
  if (value instanceof Date && Number.isFinite(value.getTime())) return { type: 'dateTime', text: value.toISOString() };
  return value instanceof Guid ? { type: 'guid', text: String(value) } : undefined;
}

/** @returns undefined when the text is no value of the type */
export function fromLiteral({ type, text }: Literal): TypedValue | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'long':
      return /^-?\d{1,19}$/.test(text) ? int64Of(BigInt(text)) : undefined;
    case 'double':
      return /^(?:[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|-?Infinity|NaN)$/i.test(text) ? Number(text) : undefined;
    case 'boolean':
      return booleanOf(text);
    case 'dateTime': {
      const time = new Date(text);
      return Number.isNaN(time.getTime()) ? undefined : time;
    }
    case 'guid':
      return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
        ? new Guid(Buffer.from(text.replaceAll('-', ''), 'hex'))
        : undefined;
  }
}

/** Undefined beyond what 64 bits hold: another number in its place would match other messages. */
function int64Of(value: bigint): bigint | undefined {
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
