import { operations, pageLimitDefault } from '@dronedelivery/contracts';
import { type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import { cursorOf, decodeCursor, encodeCursor } from '../../app/cursor.ts';
import type { DeliveryRecord } from '../../app/ports.ts';
import type { DeliveryQueries } from '../../app/queries.ts';
import { deliveryView, listItemView, statusView } from '../../app/views.ts';
import type { ArrivalSurroundings } from '../../domain/arrivals.ts';
import type { DeliveryKey } from '../../domain/delivery.ts';
import { badCursor, notFound } from './answers.ts';

export function registerReadingRoutes(
  server: HttpServer,
  queries: DeliveryQueries,
  surroundings: () => ArrivalSurroundings,
): void {
  registerOperation(server, operations.getDelivery, async (request) => {
    const record = await known(queries, { businessId: request.business(), id: request.params.id });
    return { status: 200, body: deliveryView(record, surroundings()) };
  });

  registerOperation(server, operations.getDeliveryStatus, async (request) => {
    const record = await known(queries, { businessId: request.business(), id: request.params.id });
    return { status: 200, body: statusView(record, surroundings()) };
  });

  registerOperation(server, operations.getDeliveryOwner, async (request) => {
    const key = { businessId: request.business(), id: request.params.id };
    const { order } = (await known(queries, key)).state;
    if (order === null) throw notFound(key);
    return { status: 200, body: { userId: order.ownerId, accountId: key.businessId } };
  });

  registerOperation(server, operations.listDeliveries, async (request) => {
    const { limit = pageLimitDefault, cursor, stage, ownerId } = request.query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    if (cursor !== undefined && after === undefined) throw badCursor();
    const filter = { businessId: request.businessOrAll(), stage, ownerId };
    const { items, last } = cut(await queries.list(filter, { after, limit: limit + 1 }), limit);
    const now = surroundings();
    const next = last === undefined ? {} : { nextCursor: encodeCursor(cursorOf(last)) };
    return { status: 200, body: { items: items.map((record) => listItemView(record, now)), ...next } };
  });

  registerOperation(server, operations.getDeliverySummary, async (request) => {
    const { ownerId, year, month } = request.query;
    return { status: 200, body: await queries.summary(request.business(), ownerId, year, month) };
  });
}

/** Pages of what belongs to one delivery. */
export function registerDetailRoutes(server: HttpServer, queries: DeliveryQueries): void {
  registerOperation(server, operations.getDeliveryHistory, async (request) => {
    const key = { businessId: request.business(), id: request.params.id };
    const { limit = pageLimitDefault, cursor = '0' } = request.query;
    if (!/^\d{1,15}$/.test(cursor)) throw badCursor();
    await known(queries, key);
    const { items, last } = cut(await queries.history(key, Number(cursor), limit + 1), limit);
    return { status: 200, body: { items, ...(last === undefined ? {} : { nextCursor: String(last.sequence) }) } };
  });

  registerOperation(server, operations.listNotifications, async (request) => {
    const key = { businessId: request.business(), id: request.params.id };
    const { limit = pageLimitDefault, cursor = '' } = request.query;
    await known(queries, key);
    const { items, last } = cut(await queries.notifications(key, cursor, limit + 1), limit);
    return { status: 200, body: { items, ...(last === undefined ? {} : { nextCursor: last.id }) } };
  });
}

async function known(queries: DeliveryQueries, key: DeliveryKey): Promise<DeliveryRecord> {
  const record = await queries.find(key);
  if (record === undefined) throw notFound(key);
  return record;
}

/** `last` is there only if more follows: one more than the limit was read. */
function cut<T>(read: readonly T[], limit: number): { readonly items: T[]; readonly last: T | undefined } {
  const items = read.slice(0, limit);
  return { items, last: read.length > limit ? items.at(-1) : undefined };
}
