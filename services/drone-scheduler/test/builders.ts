import type { DroneModel, Location, PutDroneDelivery, Station } from '@dronedelivery/contracts';
import type { DroneGroup, Fleet, Spot } from '../src/domain/assignment.ts';
import { type Drone, isFree, isParked, type ReceivedReport } from '../src/domain/drone.ts';
import { type BoundMission, type Mission, type MissionRequest, unseenMission } from '../src/domain/mission.ts';
import { type Asked, assign } from '../src/domain/mission-plan.ts';
import { begin } from '../src/domain/mission-step.ts';
import type { FlightRules } from '../src/domain/route.ts';

export const nowMs = Date.parse('2026-11-21T09:00:00Z');
export const minuteMs = 60_000;
export const center: Location = { latitude: 47.6, longitude: -122.33 };
export const key = { businessId: 'fabrikam', deliveryId: 'd1' };

export const rules: FlightRules = {
  timeScale: 1,
  reserveFraction: 0.15,
  loadingS: 30,
  unloadingS: 30,
  parkedReportMs: 20_000,
};

export const courier: DroneModel = {
  modelId: 'courier',
  maxPayloadKg: 12,
  sizes: ['Small', 'Medium'],
  performance: {
    cruiseSpeedMps: 20,
    climbRateMps: 4,
    descentRateMps: 3,
    cruiseAltitudeM: 80,
    cruisePowerW: 600,
    climbPowerW: 900,
    descentPowerW: 400,
    payloadPowerWPerKg: 40,
    batteryWh: 800,
    chargePowerW: 400,
  },
};

export const home: Station = { stationId: 's1', location: center, chargers: 100 };

/** A place some metres east and north of the middle of the city. */
export function place(eastM: number, northM: number): Location {
  const latitude = center.latitude + northM / 111_200;
  return { latitude, longitude: center.longitude + eastM / (111_320 * Math.cos((latitude * Math.PI) / 180)) };
}

export function drone(fields: Partial<Drone> = {}): Drone {
  return {
    droneId: 'drone-1',
    modelId: courier.modelId,
    stationId: home.stationId,
    location: center,
    stateOfChargePercent: 100,
    speedMps: 0,
    headingDeg: 0,
    activity: 'Idle',
    lastSeenAtMs: null,
    reportedAtMs: null,
    telemetrySequence: 0,
    reportedMissionId: null,
    reportedRevision: null,
    missionId: null,
    missionKey: null,
    command: null,
    lost: false,
    outOfService: false,
    ...fields,
  };
}

export function request(fields: Partial<MissionRequest> = {}): MissionRequest {
  return {
    ownerId: 'owner-1',
    pickup: place(2000, 0),
    dropOff: place(2000, 3000),
    pickupTimeMs: nowMs,
    deadlineMs: nowMs + 60 * minuteMs,
    expedited: false,
    packageSize: 'Small',
    weightKg: 5,
    ...fields,
  };
}

export function asked(requestSequence = '10', fields: Partial<MissionRequest> = {}): Asked {
  return { request: request(fields), requestSequence, traceparent: null };
}

/** A mission that `drone-1` was given. */
export function assignedMission(fields: Partial<Mission> = {}): BoundMission {
  const flight = {
    station: home,
    departAtMs: nowMs,
    pickupEtaMs: nowMs + 3 * minuteMs,
    deliveryEtaMs: nowMs + 7 * minuteMs,
    loadingS: 30,
    unloadingS: 30,
    performance: courier.performance,
  };
  const step = assign(begin({ ...unseenMission(key), ...asked() }), { drone: drone(), flight }, 'mission-1', nowMs);
  return { ...step.mission, ...fields } as BoundMission;
}

export function report(fields: Partial<ReceivedReport> = {}): ReceivedReport {
  const receivedAtMs = fields.receivedAtMs ?? nowMs + minuteMs;
  return {
    droneId: 'drone-1',
    sequence: 1,
    at: new Date(receivedAtMs).toISOString(),
    location: center,
    speedMps: 0,
    headingDeg: 0,
    stateOfChargePercent: 100,
    activity: 'Idle',
    missionId: 'mission-1',
    revision: 1,
    ...fields,
    receivedAtMs,
  };
}

export function fleetOf(
  drones: readonly Drone[],
  stations: readonly Station[] = [home],
  models: readonly DroneModel[] = [courier],
): Fleet {
  const free = drones.filter(isFree);
  return {
    models: new Map(models.map((model) => [model.modelId, model])),
    stations: new Map(stations.map((station) => [station.stationId, station])),
    freeGroups: () => free.map(groupOf),
  };
}

/** A group of one, whose middle is about 200 m off. */
function groupOf(one: Drone): DroneGroup {
  const { latitude, longitude } = one.location;
  return { center: { latitude: latitude + 0.002, longitude }, radiusM: 250, spots: [spotOf(one)] };
}

function spotOf(one: Drone): Spot {
  return { location: one.location, modelId: one.modelId, parked: isParked(one.activity), drones: [one] };
}

/** What the saga sends, about now. */
export function putBody(requestSequence: string, fields: Partial<PutDroneDelivery> = {}): PutDroneDelivery {
  return {
    ownerId: 'owner-1',
    pickup: place(1000, 0),
    dropOff: place(1000, 1000),
    pickupTime: new Date().toISOString(),
    deadline: new Date(Date.now() + 60 * minuteMs).toISOString(),
    expedited: false,
    packageSize: 'Small',
    weightKg: 5,
    requestSequence,
    ...fields,
  };
}
