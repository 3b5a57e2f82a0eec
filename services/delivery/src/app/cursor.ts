import type { Cursor, DeliveryRecord } from './ports.ts';

export function cursorOf({ state }: DeliveryRecord): Cursor {
  return { createdAtMs: state.createdAtMs, businessId: state.businessId, id: state.id };
}

/** Newest first; the rest makes the order total, so that pages neither repeat nor skip. */
export function compareCursors(a: Cursor, b: Cursor): number {
  if (a.createdAtMs !== b.createdAtMs) return b.createdAtMs - a.createdAtMs;
  if (a.businessId !== b.businessId) return a.businessId < b.businessId ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

export function encodeCursor({ createdAtMs, businessId, id }: Cursor): string {
  return btoa(JSON.stringify([createdAtMs, businessId, id]))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Undefined for what was not made by `encodeCursor`. */
export function decodeCursor(text: string): Cursor | undefined {
  try {
    const [createdAtMs, businessId, id] = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
    const isWhole = Number.isSafeInteger(createdAtMs) && typeof businessId === 'string' && typeof id === 'string';
    return isWhole ? { createdAtMs, businessId, id } : undefined;
  } catch {
    return undefined;
  }
}
