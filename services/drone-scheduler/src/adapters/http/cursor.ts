import { AppError } from '@dronedelivery/service-kit/app-error';

/** Where the next page begins: opaque to callers. */
export function cursorOf(...parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts of a cursor that this service gave out. */
export function partsOfCursor(cursor: string, count: number): readonly string[] {
  const parts = parsed(Buffer.from(cursor, 'base64url').toString());
  const valid = Array.isArray(parts) && parts.length === count && parts.every((part) => typeof part === 'string');
  if (valid) return parts;
  throw new AppError('validation-failed', 'the cursor is none of ours', {
    errors: [{ in: 'query', path: 'cursor', expected: 'the nextCursor of an earlier page' }],
  });
}

/** A page, with a cursor when there may be more; `found` was asked for with one more than the limit. */
export function pageOf<T, P>(
  found: readonly T[],
  limit: number,
  cursor: (last: T) => string,
  present: (item: T) => P,
): { items: P[]; nextCursor?: string } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const more = found.length > limit && last !== undefined ? { nextCursor: cursor(last) } : {};
  return { items: items.map(present), ...more };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
