import type { SqlReader } from '@dronedelivery/service-kit/sqlite';
import type { MissionQuery } from '../../app/ports.ts';
import type { Mission } from '../../domain/mission.ts';
import type { BodyRow } from './drone-table.ts';

/** A page of missions by business and delivery. */
export function listMissionRows(sql: SqlReader, query: MissionQuery): Mission[] {
  const filters = [
    ['business_id = ?', query.businessId],
    ['state = ?', query.state],
    ['drone_id = ?', query.droneId],
  ] as const;
  const used = filters.flatMap(([condition, value]) => (value === undefined ? [] : [{ condition, value }]));
  const where = ['(business_id, delivery_id) > (?, ?)', ...used.map(({ condition }) => condition)].join(' AND ');
  const rows = sql.all<BodyRow>(
    `SELECT body FROM missions WHERE ${where} ORDER BY business_id, delivery_id LIMIT ?`,
    query.after?.businessId ?? '',
    query.after?.deliveryId ?? '',
    ...used.map(({ value }) => value),
    query.limit,
  );
  return rows.map(({ body }) => JSON.parse(body) as Mission);
}
