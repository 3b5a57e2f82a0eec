import { booleanOf } from '../boolean-text.ts';
import { isKnown, type Maybe, toText } from './value.ts';

/** A new value for a property in the type that the property has, where the value can be converted to it. */
export function convertLike(existing: Maybe, value: Maybe): Maybe {
  if (!isKnown(existing) || !isKnown(value) || typeof existing === typeof value) return value;
  switch (typeof existing) {
    case 'string':
      return toText(value);
    case 'bigint':
      return toInteger(value);
    case 'number':
      return toDouble(value);
    case 'boolean':
      return booleanOf(toText(value)) ?? value;
    default:
      return value;
  }
}

function toInteger(value: Exclude<Maybe, null | undefined>): Maybe {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === 'string' && /^-?\d{1,18}$/.test(value) ? BigInt(value) : value;
}

function toDouble(value: Exclude<Maybe, null | undefined>): Maybe {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}
