import type { TrackingEvent } from '@dronedelivery/contracts';
import type { SqlReader } from '@dronedelivery/service-kit/sqlite';
import type { DeliveryKey } from '../../domain/delivery.ts';

export function trackingEvents(
  sql: SqlReader,
  table: 'tracking' | 'archived_tracking',
  { businessId, id }: DeliveryKey,
  afterSequence: number,
  limit: number,
): TrackingEvent[] {
  const rows = sql.all<{ readonly event: string }>(
    `SELECT event FROM ${table} WHERE business_id = ? AND id = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
    ...[businessId, id, afterSequence, limit],
  );
  return rows.map(({ event }) => JSON.parse(event) as TrackingEvent);
}
