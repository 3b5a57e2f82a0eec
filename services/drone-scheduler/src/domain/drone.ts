import type { DroneActivity, DroneCommand, DroneState, Location, TelemetryReport } from '@dronedelivery/contracts';
import type { MissionKey } from './mission.ts';

export interface Drone {
  readonly droneId: string;
  readonly modelId: string;
  readonly stationId: string;
  readonly location: Location;
  readonly stateOfChargePercent: number;
  readonly speedMps: number;
  readonly headingDeg: number;
  readonly activity: DroneActivity;
  /** By our clock. */
  readonly lastSeenAtMs: number | null;
  /** By the drone's clock. */
  readonly reportedAtMs: number | null;
  readonly telemetrySequence: number;
  readonly reportedMissionId: string | null;
  readonly reportedRevision: number | null;
  readonly missionId: string | null;
  readonly missionKey: MissionKey | null;
  readonly command: DroneCommand | null;
  readonly lost: boolean;
  readonly outOfService: boolean;
}

/** What one decision does to a drone; it holds only while the drone is bound as the decision assumed. */
export interface DroneChange {
  readonly droneId: string;
  readonly expectMissionId: string | null;
  readonly binding?: { readonly missionId: string; readonly key: MissionKey } | null;
  readonly command?: DroneCommand;
  readonly lost?: true;
  /** With `lost`: only while nothing newer was heard of the drone. */
  readonly expectTelemetrySequence?: number;
  readonly report?: ReceivedReport;
}

export interface ReceivedReport extends TelemetryReport {
  readonly receivedAtMs: number;
}

const flying: readonly DroneActivity[] = ['EnRouteToPickup', 'EnRouteToDropoff', 'Returning'];

export function isFlying(activity: DroneActivity): boolean {
  return flying.includes(activity);
}

export function isParked(activity: DroneActivity): boolean {
  return activity === 'Idle' || activity === 'Charging';
}

export function droneStateOf(drone: Drone): DroneState {
  if (drone.missionId !== null) return 'OnMission';
  if (drone.outOfService) return 'OutOfService';
  if (drone.lost) return 'Lost';
  if (drone.command !== null || !isParked(drone.activity)) return 'Returning';
  return drone.activity === 'Charging' ? 'Charging' : 'Idle';
}

/**
 * Whether the drone's own words show that it knows the command. That it says nothing of the mission does not: the order
 * to fly may be on its way to it.
 */
export function hasAcknowledged(drone: Drone, command: DroneCommand): boolean {
  return drone.reportedMissionId === command.missionId && (drone.reportedRevision ?? 0) >= command.revision;
}

/**
 * Free to be bound. A drone that has not yet confirmed to have given up its last mission is not: it may have the
 * parcel on board already.
 */
export function isFree(drone: Drone): boolean {
  if (drone.missionId !== null || drone.lost || drone.outOfService) return false;
  if (drone.command !== null && !hasAcknowledged(drone, drone.command)) return false;
  return isParked(drone.activity) || drone.activity === 'Returning';
}

/** The drone after the change, or undefined when the change no longer holds. */
export function applyDroneChange(drone: Drone, change: DroneChange): Drone | undefined {
  if (drone.missionId !== change.expectMissionId) return undefined;
  if (change.report !== undefined && change.report.sequence <= drone.telemetrySequence) return undefined;
  const newer =
    change.expectTelemetrySequence !== undefined && change.expectTelemetrySequence !== drone.telemetrySequence;
  if (newer || (change.lost === true && drone.lost)) return undefined;
  if (change.binding && drone.missionId === null && !isFree(drone)) return undefined;
  const reported = change.report === undefined ? drone : withReport(drone, change.report);
  return withoutFinishedReturn({
    ...reported,
    ...(change.binding === undefined
      ? {}
      : { missionId: change.binding?.missionId ?? null, missionKey: change.binding?.key ?? null }),
    ...(change.command === undefined ? {} : { command: change.command }),
    ...(change.lost === true ? { lost: true } : {}),
  });
}

function withReport(drone: Drone, report: ReceivedReport): Drone {
  return {
    ...drone,
    location: report.location,
    stateOfChargePercent: report.stateOfChargePercent,
    speedMps: report.speedMps,
    headingDeg: report.headingDeg,
    activity: report.activity,
    lastSeenAtMs: report.receivedAtMs,
    reportedAtMs: Date.parse(report.at),
    telemetrySequence: report.sequence,
    reportedMissionId: report.missionId ?? null,
    reportedRevision: report.revision ?? null,
    lost: false,
  };
}

/** The way home ends where the drone stands again, and knows that it is to stand there. */
function withoutFinishedReturn(drone: Drone): Drone {
  if (drone.command?.kind !== 'ReturnToStation' || drone.missionId !== null || drone.lost) return drone;
  return isParked(drone.activity) && hasAcknowledged(drone, drone.command) ? { ...drone, command: null } : drone;
}
