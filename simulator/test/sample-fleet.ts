import type { Drone, FlyMission, ReturnToStation, Station } from '@dronedelivery/contracts';
import type { SimDrone } from '../src/domain/drone.ts';
import { droneModels } from '../src/domain/models.ts';
import { type KnownFleet, resume } from '../src/domain/resume.ts';

/** A Saturday noon; all sample missions are about then. */
export const noonMs = Date.parse('2026-11-21T12:00:00.000Z');

export const north: Station = { stationId: 'north', location: { latitude: 47.63, longitude: -122.33 }, chargers: 10 };
export const south: Station = { stationId: 'south', location: { latitude: 47.58, longitude: -122.33 }, chargers: 10 };

export const knownFleet: KnownFleet = {
  models: new Map(droneModels.map((model) => [model.modelId, model])),
  stations: new Map([north, south].map((station) => [station.stationId, station])),
};

/** A drone as the scheduler knows it: full and idle at the northern station. */
export function knownDrone(changes: Partial<Drone> = {}): Drone {
  return {
    droneId: 'drone-1',
    modelId: 'courier-12',
    stationId: north.stationId,
    state: 'Idle',
    location: { ...north.location, altitude: 0 },
    stateOfChargePercent: 100,
    speedMps: 0,
    headingDeg: 0,
    activity: 'Idle',
    lastSeenAt: null,
    telemetrySequence: 0,
    missionId: null,
    command: null,
    ...changes,
  };
}

export function simDrone(changes: Partial<Drone> = {}, timeScale = 1): SimDrone {
  const drone = resume(knownDrone(changes), knownFleet, noonMs, timeScale);
  if (drone === undefined) throw new Error('the sample fleet has no such model or station');
  return drone;
}

/** From the northern station a kilometre or two to the pickup, on to the drop-off, then to the southern station. */
export function flyMission(changes: Partial<FlyMission> = {}): FlyMission {
  return {
    kind: 'FlyMission',
    droneId: 'drone-1',
    missionId: 'mission-1',
    revision: 1,
    pickup: { latitude: 47.62, longitude: -122.35 },
    dropOff: { latitude: 47.6, longitude: -122.32, altitude: 25 },
    station: south,
    departAt: new Date(noonMs + 60_000).toISOString(),
    pickupTime: new Date(noonMs).toISOString(),
    payloadKg: 10,
    loadingS: 30,
    unloadingS: 20,
    ...changes,
  };
}

export function returnToStation(changes: Partial<ReturnToStation> = {}): ReturnToStation {
  return {
    kind: 'ReturnToStation',
    droneId: 'drone-1',
    missionId: 'mission-1',
    revision: 2,
    station: north,
    ...changes,
  };
}
