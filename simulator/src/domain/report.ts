import type { TelemetryReport } from '@dronedelivery/contracts';
import { activityOf, instrumentsOf, type Mission, type SimDrone } from './drone.ts';
import { locationOf } from './place.ts';

/** What the drone says at its present moment. Its speed is that of its instruments, before any time scaling. */
export function reportOf(drone: SimDrone, sequence: number, paused: boolean): TelemetryReport {
  const { position, groundSpeedMps, bearingDeg, chargeWh } = instrumentsOf(drone);
  const percent = (100 * chargeWh) / drone.performance.batteryWh;
  return {
    droneId: drone.droneId,
    sequence,
    at: new Date(drone.atMs).toISOString(),
    location: locationOf(position),
    speedMps: paused ? 0 : Math.round(groundSpeedMps * 100) / 100,
    headingDeg: Math.round(bearingDeg * 10) / 10,
    stateOfChargePercent: Math.min(100, Math.max(0, Math.round(percent * 1000) / 1000)),
    activity: activityOf(drone),
    ...(drone.mission === null ? {} : missionNews(drone.mission)),
  };
}

function missionNews({ missionId, revision, parcelDelivered }: Mission): Partial<TelemetryReport> {
  return { missionId, revision, ...(parcelDelivered ? { parcelDelivered } : {}) };
}
