import type { DroneActivity } from '@dronedelivery/contracts';
import type { LivePosition } from '../../domain/live-position.ts';

export interface PositionRow {
  readonly position_mission_id: string | null;
  readonly telemetry_sequence: number;
  readonly at: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude: number | null;
  readonly speed_mps: number;
  readonly heading_deg: number;
  readonly activity: string;
  readonly activity_since: number;
}

/** Columns of a position that is joined to its delivery; `p` names the table. */
export const positionColumns = `p.mission_id AS position_mission_id, p.telemetry_sequence, p.at, p.latitude,
  p.longitude, p.altitude, p.speed_mps, p.heading_deg, p.activity, p.activity_since`;

export function positionOfRow(row: PositionRow): LivePosition | null {
  if (row.position_mission_id === null) return null;
  const { latitude, longitude, altitude } = row;
  return {
    missionId: row.position_mission_id,
    telemetrySequence: row.telemetry_sequence,
    atMs: row.at,
    location: altitude === null ? { latitude, longitude } : { latitude, longitude, altitude },
    speedMps: row.speed_mps,
    headingDeg: row.heading_deg,
    activity: row.activity as DroneActivity,
    activitySinceMs: row.activity_since,
  };
}
