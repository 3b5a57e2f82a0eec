import type { SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { ObservedPosition } from '../../domain/live-position.ts';

/** One statement a position: whether it is of the present mission, and newer, is judged by the store. */
const upsert = `
  INSERT INTO position (business_id, id, mission_id, telemetry_sequence, at, latitude, longitude, altitude, speed_mps,
    heading_deg, activity, activity_since, heard_at)
  SELECT business_id, id, mission_id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM in_flight
  WHERE business_id = ? AND id = ? AND mission_id = ?
  ON CONFLICT (business_id, id) DO UPDATE SET
    activity_since = CASE WHEN position.mission_id = excluded.mission_id AND position.activity = excluded.activity
      THEN position.activity_since ELSE excluded.at END,
    mission_id = excluded.mission_id, telemetry_sequence = excluded.telemetry_sequence, at = excluded.at,
    latitude = excluded.latitude, longitude = excluded.longitude, altitude = excluded.altitude,
    speed_mps = excluded.speed_mps, heading_deg = excluded.heading_deg, activity = excluded.activity,
    heard_at = excluded.heard_at
  WHERE position.mission_id <> excluded.mission_id OR position.telemetry_sequence < excluded.telemetry_sequence`;

/** Gives 1 when it was taken, 0 when it was old or of no mission in flight. */
export function recordPosition(sql: SqlWriter, position: ObservedPosition, heardAtMs: number): number {
  const { key, missionId, telemetrySequence, atMs, location, speedMps, headingDeg, activity } = position;
  const { latitude, longitude, altitude = null } = location;
  return sql.run(
    upsert,
    ...[telemetrySequence, atMs, latitude, longitude, altitude, speedMps, headingDeg, activity, atMs, heardAtMs],
    ...[key.businessId, key.id, missionId],
  );
}
