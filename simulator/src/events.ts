import type { Drone, DroneCommand } from '@dronedelivery/contracts';

/** The one logger method that events need, so that the inner layers know no logging library. */
interface EventLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What is worth telling of a fleet. */
export interface FleetEvents {
  enrolled(drones: number): void;
  enrolmentFailed(error: unknown, retryMs: number): void;
  refreshFailed(error: unknown): void;
  cannotFly(drone: Drone): void;
  commandTaken(command: DroneCommand): void;
  reportRefused(droneId: string, result: string): void;
  telemetryFailed(why: string, retryMs: number): void;
  telemetryAgain(failures: number): void;
  batteryEmpty(droneId: string): void;
  faultInjected(droneId: string, kind: string): void;
  flightsPaused(paused: boolean): void;
  wallClockSet(byMs: number): void;
}

export function logFleetEvents(log: EventLog): FleetEvents {
  return {
    enrolled: (drones) => log.info({ drones }, 'fleet enrolled'),
    enrolmentFailed: (error, retryMs) => log.warn({ why: reasonOf(error), retryMs }, 'fleet not enrolled yet'),
    refreshFailed: (error) => log.warn({ why: reasonOf(error) }, 'fleet not read anew'),
    cannotFly: ({ droneId, modelId, stationId }) =>
      log.warn({ droneId, modelId, stationId }, 'drone of an unknown model or station'),
    commandTaken: ({ kind, droneId, missionId, revision }) =>
      log.debug({ kind, droneId, missionId, revision }, 'command taken'),
    reportRefused: (droneId, result) => log.warn({ droneId, result }, 'report refused'),
    telemetryFailed: (why, retryMs) => log.warn({ why, retryMs }, 'telemetry not delivered'),
    telemetryAgain: (failures) => log.info({ failures }, 'telemetry delivered again'),
    batteryEmpty: (droneId) => log.warn({ droneId }, 'battery empty in flight'),
    faultInjected: (droneId, kind) => log.info({ droneId, kind }, 'fault injected'),
    flightsPaused: (paused) => log.info({ paused }, 'flights paused or resumed'),
    wallClockSet: (byMs) => log.warn({ byMs: Math.round(byMs) }, 'the wall clock was set'),
  };
}

/** Such failures are calls that did not succeed: where in our code says nothing. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
