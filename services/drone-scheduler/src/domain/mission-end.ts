import type { Reason, Station } from '@dronedelivery/contracts';
import type { Drone } from './drone.ts';
import { type BoundMission, isBound, isFinal, type Mission, wasPickedUp } from './mission.ts';
import { freed, orderHome, unassign } from './mission-plan.ts';
import { begin, changed, type MissionStep, told } from './mission-step.ts';

const droneLost: Reason = {
  code: 'drone-lost',
  text: 'The drone has been silent for too long, or did not take the mission',
};
const released: Reason = { code: 'released', text: 'The reservation was released' };
const noneInTime: Reason = { code: 'no-drone-before-deadline', text: 'No drone was free before the deadline' };

/**
 * Releases for good and leaves the record as a tombstone, also for a delivery never seen. Undefined when the parcel is
 * on board or was.
 */
export function release(known: Mission, home: Station | undefined, drone: Drone | undefined, atMs: number) {
  if (wasPickedUp(known)) return undefined;
  const step = begin(known);
  if (known.state === 'Released') return step;
  const end = { state: 'Released', reason: released, seekingFor: null, assignAtMs: null } as const;
  if (!isBound(known)) return changed(step, atMs, end);
  const occasion = { atMs, location: drone?.location ?? null, reason: released };
  return freed(told(step, 'released', occasion, end), known, orderHome(known, home ?? known.flight.station), atMs);
}

/**
 * The drone of a mission is lost. Before the pickup the delivery seeks another; after it the parcel is gone with the
 * drone.
 */
export function loseDrone(known: BoundMission, drone: Drone, home: Station, atMs: number): MissionStep {
  const lost = wasPickedUp(known) ? failWithDrone(known, drone, home, atMs) : seekAnother(known, drone, home, atMs);
  return { ...lost, drones: lost.drones.map((change) => ({ ...change, ...lostAs(drone) })) };
}

/** A drone without a mission is lost. */
export function loseFreeDrone(drone: Drone) {
  return { droneId: drone.droneId, expectMissionId: null, ...lostAs(drone) } as const;
}

/** No other drone was found for a mission whose drone was lost. */
export function giveUp(seeking: Mission, atMs: number): MissionStep {
  const { seekingFor } = seeking;
  if (seekingFor === null || isFinal(seeking)) return begin(seeking);
  const end = { ...seekingFor, state: 'Failed', reason: noneInTime, seekingFor: null } as const;
  return told(begin(seeking), 'failed', { atMs, location: null, reason: noneInTime }, end);
}

function lostAs(drone: Drone) {
  return { lost: true, expectTelemetrySequence: drone.telemetrySequence } as const;
}

function failWithDrone(known: BoundMission, drone: Drone, home: Station, atMs: number): MissionStep {
  const occasion = { atMs, location: drone.location, reason: droneLost };
  const failed = told(begin(known), 'failed', occasion, { state: 'Failed', reason: droneLost });
  return freed(failed, known, orderHome(known, home), atMs);
}

function seekAnother(known: BoundMission, drone: Drone, home: Station, atMs: number): MissionStep {
  const off = unassign(begin(known), home, droneLost, drone, atMs);
  const seekingFor = { missionId: known.missionId, droneId: known.droneId };
  return changed(off, atMs, { seekingFor, reason: droneLost });
}
