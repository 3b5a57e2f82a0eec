import type { DronePosition, TelemetryReport } from '@dronedelivery/contracts';
import type { Drone } from '../domain/drone.ts';
import type { FleetView } from './fleet-view.ts';

/** Tells positions once; what fails is not tried again. */
export type SendPositions = (positions: readonly DronePosition[], atMs: number) => Promise<void>;

/** The newest position of every drone on a mission that has moved since it was last told. */
export class Positions {
  readonly #newest = new Map<string, DronePosition>();
  readonly #told = new Map<string, DronePosition>();
  readonly #fleet: Pick<FleetView, 'drone'>;

  constructor(fleet: Pick<FleetView, 'drone'>) {
    this.#fleet = fleet;
  }

  note(report: TelemetryReport): void {
    const position = positionOf(report, this.#fleet.drone(report.droneId));
    if (position === undefined) {
      this.#forget(report.droneId);
      return;
    }
    if (!isSame(this.#told.get(report.droneId), position)) this.#newest.set(report.droneId, position);
  }

  /** What is to be told now. */
  take(): readonly DronePosition[] {
    const positions = [...this.#newest.values()];
    for (const position of positions) this.#told.set(position.droneId, position);
    this.#newest.clear();
    return positions;
  }

  #forget(droneId: string): void {
    this.#newest.delete(droneId);
    this.#told.delete(droneId);
  }
}

/** Undefined for a drone that does not fly a mission of ours. */
function positionOf(report: TelemetryReport, drone: Drone | undefined): DronePosition | undefined {
  if (drone?.missionKey == null || drone.command === null || drone.missionId !== report.missionId) return undefined;
  return {
    businessId: drone.missionKey.businessId,
    deliveryId: drone.missionKey.deliveryId,
    missionId: report.missionId,
    droneId: report.droneId,
    revision: drone.command.revision,
    telemetrySequence: report.sequence,
    at: report.at,
    location: report.location,
    speedMps: report.speedMps,
    headingDeg: report.headingDeg,
    activity: report.activity,
  };
}

function isSame(told: DronePosition | undefined, position: DronePosition): boolean {
  if (told === undefined || told.activity !== position.activity || told.missionId !== position.missionId) return false;
  const { latitude, longitude, altitude } = told.location;
  const now = position.location;
  return latitude === now.latitude && longitude === now.longitude && altitude === now.altitude;
}
