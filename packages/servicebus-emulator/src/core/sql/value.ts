import type { TypedValue } from '../../codec/typed-value.ts';

/** What expressions compute with. */
export type SqlValue = TypedValue;

/** A property that is not there, and whatever is computed from it. */
export type Maybe = SqlValue | undefined;

/** Null and unknown behave the same in every operator. */
export function isKnown(value: Maybe): value is Exclude<SqlValue, null> {
  return value !== undefined && value !== null;
}

/** As text, the way that concatenation and conversion write it. */
export function toText(value: Exclude<SqlValue, null>): string {
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return value.toString('base64');
  return String(value);
}
