import type { FleetEvent, Drone as PublicDrone } from '@dronedelivery/contracts';
import { type Drone, droneStateOf } from '../../domain/drone.ts';
import { instant } from '../../domain/mission.ts';

export function presentDrone(drone: Drone): PublicDrone {
  return {
    droneId: drone.droneId,
    modelId: drone.modelId,
    stationId: drone.stationId,
    state: droneStateOf(drone),
    location: drone.location,
    stateOfChargePercent: drone.stateOfChargePercent,
    speedMps: drone.speedMps,
    headingDeg: drone.headingDeg,
    activity: drone.activity,
    lastSeenAt: drone.lastSeenAtMs === null ? null : instant(drone.lastSeenAtMs),
    telemetrySequence: drone.telemetrySequence,
    missionId: drone.missionId,
    command: drone.command,
  };
}

export function presentOnMap(drone: Drone): FleetEvent['drones'][number] {
  return {
    droneId: drone.droneId,
    state: droneStateOf(drone),
    activity: drone.activity,
    location: drone.location,
    headingDeg: drone.headingDeg,
    stateOfChargePercent: drone.stateOfChargePercent,
    missionId: drone.missionId,
  };
}
