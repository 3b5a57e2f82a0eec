import type { SqlReader } from '@dronedelivery/service-kit/sqlite';
import type { DroneQuery } from '../../app/ports.ts';
import type { Drone } from '../../domain/drone.ts';
import type { BodyRow } from './drone-table.ts';

/** A page of drones by id. */
export function listDroneRows(sql: SqlReader, query: DroneQuery): Drone[] {
  const where = ['drone_id > ?'];
  const values: string[] = [query.after ?? ''];
  if (query.state !== undefined) add(where, values, 'state = ?', query.state);
  if (query.stationId !== undefined) add(where, values, 'station_id = ?', query.stationId);
  if (query.scope !== undefined) addScope(where, values, query.scope);
  const text = `SELECT body FROM drones WHERE ${where.join(' AND ')} ORDER BY drone_id LIMIT ?`;
  return sql.all<BodyRow>(text, ...values, query.limit).map(({ body }) => JSON.parse(body) as Drone);
}

/** Two lists as values, so that the statement's text does not depend on how many there are. */
function addScope(where: string[], values: string[], scope: readonly string[]): void {
  const prefixes = scope.filter((claim) => claim.endsWith('*')).map((claim) => claim.slice(0, -1));
  where.push(`(drone_id IN (SELECT value FROM json_each(?))
    OR EXISTS (SELECT 1 FROM json_each(?) AS prefix WHERE substr(drone_id, 1, length(prefix.value)) = prefix.value))`);
  values.push(JSON.stringify(scope.filter((claim) => !claim.endsWith('*'))), JSON.stringify(prefixes));
}

function add(where: string[], values: string[], condition: string, value: string): void {
  where.push(condition);
  values.push(value);
}
