import { AppError } from '@dronedelivery/service-kit/app-error';
import type { ListPosition } from './ports.ts';

const form = /^(\d{1,16})~([A-Za-z0-9][A-Za-z0-9._~-]{0,127})$/;

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

interface PageOf<T> {
  items: T[];
  nextCursor?: string;
}

/**
 * Reads one item more than the page holds to learn whether there is a next page.
 *
 * @throws AppError `validation-failed` for a cursor that is none of ours.
 */
export async function page<T, V>(
  request: PageRequest,
  read: (range: { after: ListPosition | undefined; limit: number }) => Promise<readonly T[]>,
  positionOf: (item: T) => ListPosition,
  view: (item: T) => V,
): Promise<PageOf<V>> {
  const found = await read({ after: decodeCursor(request.cursor), limit: request.limit + 1 });
  const items = found.slice(0, request.limit);
  const last = items.at(-1);
  const more = found.length > items.length && last !== undefined;
  return { items: items.map(view), ...(more ? { nextCursor: encodeCursor(positionOf(last)) } : {}) };
}

function encodeCursor({ createdAt, id }: ListPosition): string {
  return Buffer.from(`${createdAt}~${id}`).toString('base64url');
}

function decodeCursor(cursor: string | undefined): ListPosition | undefined {
  if (cursor === undefined) return undefined;
  const [, createdAt, id] = form.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (createdAt === undefined || id === undefined) {
    throw new AppError('validation-failed', 'the cursor is none of ours', {
      errors: [{ in: 'query', path: 'cursor', expected: 'a nextCursor of this list' }],
    });
  }
  return { createdAt: Number(createdAt), id };
}
