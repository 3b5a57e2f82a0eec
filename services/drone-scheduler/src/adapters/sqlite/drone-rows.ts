import type { SqlReader, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import { applyDroneChange, type Drone, type DroneChange, droneStateOf } from '../../domain/drone.ts';

export interface BodyRow {
  readonly body: string;
}

/** Number of the next change of a drone: readers go on above the highest that they have seen. */
export function nextDroneChange(sql: SqlReader): number {
  const row = sql.get<{ last: number | null }>('SELECT max(change) AS last FROM drones');
  return (row?.last ?? 0) + 1;
}

export function findDroneRow(sql: SqlReader, droneId: string): Drone | undefined {
  const row = sql.get<BodyRow>('SELECT body FROM drones WHERE drone_id = ?', droneId);
  return row && (JSON.parse(row.body) as Drone);
}

/** The drone after the change, or undefined when the change no longer holds. */
export function changedDrone(sql: SqlReader, change: DroneChange): Drone | undefined {
  const drone = findDroneRow(sql, change.droneId);
  return drone && applyDroneChange(drone, change);
}

export function insertDrone(sql: SqlWriter, drone: Drone): void {
  sql.run(
    'INSERT INTO drones (drone_id, model_id, station_id, state, mission_id, change, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
    drone.droneId,
    drone.modelId,
    drone.stationId,
    droneStateOf(drone),
    drone.missionId,
    nextDroneChange(sql),
    JSON.stringify(drone),
  );
}

export function updateDrone(sql: SqlWriter, drone: Drone, change: number): void {
  sql.run(
    'UPDATE drones SET station_id = ?, state = ?, mission_id = ?, change = ?, body = ? WHERE drone_id = ?',
    drone.stationId,
    droneStateOf(drone),
    drone.missionId,
    change,
    JSON.stringify(drone),
    drone.droneId,
  );
}
