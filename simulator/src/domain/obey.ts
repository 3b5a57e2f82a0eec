import type { DroneCommand, FlyMission, ReturnToStation } from '@dronedelivery/contracts';
import { distanceM } from '@dronedelivery/geo';
import type { Base, Mission, SimDrone } from './drone.ts';
import { depart, flyTo, withFinished } from './flight.ts';
import { baseOf, positionOf } from './place.ts';

/** Closer than this a drone is where it was sent. */
const sameSpotMaxM = 20;

/**
 * Carries out a command at the drone's present moment. Commands repeat, and old ones may come late: what is known, over, or would
 * throw away a parcel on board leaves the drone as it is (the very same object).
 */
export function obey(drone: SimDrone, command: DroneCommand): SimDrone {
  return command.kind === 'FlyMission' ? takeMission(drone, command) : goHome(drone, command);
}

function takeMission(drone: SimDrone, command: FlyMission): SimDrone {
  const { mission } = drone;
  if (drone.finished.includes(command.missionId)) return drone;
  if (mission?.missionId === command.missionId) return changePlan(drone, mission, command);
  if (mission?.phase === 'on-board') return drone;
  const taken = missionOf(command, 'pending');
  const free = { ...(mission === null ? drone : withFinished(drone, mission)), mission: taken };
  // Bound for the old mission's pickup it must turn; parked or on its way home it waits for its departure.
  const idle = drone.task.kind === 'parked' || (drone.task.kind === 'flying' && drone.task.purpose === 'base');
  return idle ? free : depart(free, taken);
}

function changePlan(drone: SimDrone, known: Mission, command: FlyMission): SimDrone {
  if (command.revision <= known.revision) return drone;
  const mission = missionOf(command, known.phase);
  const changed = { ...drone, mission };
  switch (known.phase) {
    case 'pending':
      return changed;
    case 'to-pickup':
      if (!sameSpot(known.pickup, mission.pickup)) return flyTo(changed, 'pickup');
      return drone.task.kind === 'loading' ? loadAnew(changed, known, mission) : changed;
    case 'on-board':
      return sameSpot(known.dropOff, mission.dropOff) ? changed : flyTo(changed, 'drop-off');
    case 'over':
      return drone;
    default:
      return known.phase satisfies never;
  }
}

/** The drone stands at the pickup already: the new pickup time alone moves the end of the loading. */
function loadAnew(drone: SimDrone, known: Mission, mission: Mission): SimDrone {
  if (drone.task.kind !== 'loading') return drone;
  const waitsUntilMs = Math.max(drone.atMs, known.pickupTimeMs);
  const leftMs = drone.task.endsAtMs - waitsUntilMs;
  return { ...drone, task: { kind: 'loading', endsAtMs: Math.max(drone.atMs, mission.pickupTimeMs) + leftMs } };
}

/** By the wall clock nothing changes of what the drone waits for: by its own time that is sooner when the other was set forward. */
export function onClockSet(drone: SimDrone, byMs: number): SimDrone {
  const { mission: known } = drone;
  if (known === null) return drone;
  const mission = { ...known, departAtMs: known.departAtMs - byMs, pickupTimeMs: known.pickupTimeMs - byMs };
  return loadAnew({ ...drone, mission }, known, mission);
}

function goHome(drone: SimDrone, command: ReturnToStation): SimDrone {
  const { mission } = drone;
  const base = baseOf(command.station);
  if (mission === null || (mission.missionId !== command.missionId && mission.phase === 'over')) {
    if (drone.finished.includes(command.missionId)) return drone;
    return standBy(withFinished(drone, givenUp(drone, command, base)), base);
  }
  // An order to give up a mission that is no longer flown says nothing of the one that is.
  if (mission.missionId !== command.missionId || command.revision <= mission.revision) return drone;
  return standBy(withFinished(drone, { ...mission, revision: command.revision, base }), base);
}

/** Already parked at the base or on the way to it, a drone has nothing to change. */
function standBy(drone: SimDrone, base: Base): SimDrone {
  const based = { ...drone, base };
  return staysOnCourse(drone, base) ? based : flyTo(based, 'base');
}

function staysOnCourse({ task, position }: SimDrone, base: Base): boolean {
  if (task.kind === 'flying') return task.purpose === 'base' && sameSpot(task.leg.to, base.position);
  return task.kind === 'parked' && sameSpot(position, base.position);
}

/** A mission that the drone never flew, or does not know of any more; kept so that its reports echo the command. */
function givenUp(drone: SimDrone, { missionId, revision }: ReturnToStation, base: Base): Mission {
  const here = drone.position;
  const nothing = { departAtMs: 0, pickupTimeMs: 0, payloadKg: 0, loadingS: 0, unloadingS: 0, parcelDelivered: false };
  return { missionId, revision, phase: 'over', pickup: here, dropOff: here, base, ...nothing };
}

/** The mission that a command orders. */
export function missionOf(command: FlyMission, phase: Mission['phase']): Mission {
  const { missionId, revision, payloadKg, loadingS, unloadingS } = command;
  return {
    missionId,
    revision,
    phase,
    pickup: positionOf(command.pickup),
    dropOff: positionOf(command.dropOff),
    base: baseOf(command.station),
    departAtMs: Date.parse(command.departAt),
    pickupTimeMs: Date.parse(command.pickupTime),
    payloadKg,
    loadingS,
    unloadingS,
    parcelDelivered: false,
  };
}

function sameSpot(a: Mission['pickup'], b: Mission['pickup']): boolean {
  return distanceM(a, b) <= sameSpotMaxM;
}
