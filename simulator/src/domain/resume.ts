import type { Drone, DroneModel, Station } from '@dronedelivery/contracts';
import { distanceLowerBoundM, type Position } from '@dronedelivery/geo';
import type { Base, Mission, SimDrone } from './drone.ts';
import { flyTo } from './flight.ts';
import { missionOf, obey } from './obey.ts';
import { baseOf, positionOf } from './place.ts';

/** Farther from its base than this a drone without a mission is not at it. */
const atBaseMaxM = 50;

export interface KnownFleet {
  readonly models: ReadonlyMap<string, DroneModel>;
  readonly stations: ReadonlyMap<string, Station>;
}

/**
 * Takes up a drone where the scheduler last saw it: position, charge, mission and how far that has got. Ground times
 * begin anew, since nobody but the drone knew how much of them was over. Undefined when its model or home is unknown.
 */
export function resume(known: Drone, fleet: KnownFleet, nowMs: number, timeScale: number): SimDrone | undefined {
  const model = fleet.models.get(known.modelId);
  const position = positionOf(known.location);
  const base = currentBase(known, position, fleet);
  if (model === undefined || base === undefined) return undefined;
  const drone: SimDrone = {
    droneId: known.droneId,
    performance: model.performance,
    base,
    condition: 'ok',
    atMs: nowMs,
    position,
    chargeWh: (known.stateOfChargePercent / 100) * model.performance.batteryWh,
    bearingDeg: known.headingDeg,
    task: { kind: 'parked', charger: base.hasChargers && isAt(base, position) },
    mission: null,
    finished: [],
  };
  return withMission(drone, known, timeScale);
}

/** The station that it stands at, or else its home. */
function currentBase(known: Drone, position: Position, { stations }: KnownFleet): Base | undefined {
  for (const station of isParked(known) ? stations.values() : []) {
    const base = baseOf(station);
    if (distanceLowerBoundM(base.position, position) <= atBaseMaxM) return base;
  }
  const home = stations.get(known.stationId);
  return home === undefined ? undefined : baseOf(home);
}

function withMission(drone: SimDrone, known: Drone, timeScale: number): SimDrone {
  const { command } = known;
  if (command?.kind === 'FlyMission') {
    const mission = missionOf(command, phaseOf[known.activity]);
    return goOn({ ...drone, mission, base: basedAt(drone, mission) }, mission, known, timeScale);
  }
  // Without an order only a drone in the air has anything to do.
  const home = isParked(known) ? drone : flyTo(drone, 'base');
  return command === null ? home : obey(home, command);
}

/** A drone that still waits keeps the charger that it stands at. */
function basedAt(drone: SimDrone, mission: Mission): Base {
  return mission.phase === 'pending' ? drone.base : mission.base;
}

const phaseOf = {
  Idle: 'pending',
  Charging: 'pending',
  EnRouteToPickup: 'to-pickup',
  Loading: 'to-pickup',
  EnRouteToDropoff: 'on-board',
  Unloading: 'on-board',
  Returning: 'pending',
} as const satisfies Record<Drone['activity'], Mission['phase']>;

function goOn(drone: SimDrone, mission: Mission, { activity }: Drone, timeScale: number): SimDrone {
  switch (activity) {
    case 'Idle':
      return drone;
    case 'Charging':
      return { ...drone, task: { kind: 'parked', charger: true } };
    case 'EnRouteToPickup':
      return flyTo(drone, 'pickup');
    case 'Loading': {
      const fromMs = Math.max(drone.atMs, mission.pickupTimeMs);
      return { ...drone, task: { kind: 'loading', endsAtMs: fromMs + (mission.loadingS * 1000) / timeScale } };
    }
    case 'EnRouteToDropoff':
      return flyTo(drone, 'drop-off');
    case 'Unloading':
      return { ...drone, task: { kind: 'unloading', endsAtMs: drone.atMs + (mission.unloadingS * 1000) / timeScale } };
    case 'Returning':
      return flyTo(drone, 'base');
    default:
      return activity satisfies never;
  }
}

function isParked({ activity }: Drone): boolean {
  return activity === 'Idle' || activity === 'Charging';
}

function isAt(base: Base, position: Position): boolean {
  return distanceLowerBoundM(base.position, position) <= atBaseMaxM;
}
