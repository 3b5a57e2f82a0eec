import type { FlyMission, Reason, ReturnToStation, Station } from '@dronedelivery/contracts';
import type { Drone, DroneChange } from './drone.ts';
import { type BoundMission, type FlightPlan, instant, isBound, type MissionRequest } from './mission.ts';
import { changed, type MissionStep, told, withDrone, withUsage } from './mission-step.ts';
import { boundUsage, missionUsage } from './usage.ts';

/** The plan that the saga asked for, and the trace of the call. */
export interface Asked {
  readonly request: MissionRequest;
  readonly requestSequence: string;
  readonly traceparent: string | null;
}

/** A drone with its flight, as found by the assignment. */
export interface Choice {
  readonly drone: Drone;
  readonly flight: FlightPlan;
}

const noDrone = { missionId: null, droneId: null, flight: null, assignedAtMs: null, departedAtMs: null } as const;

/** Binds a free drone under a new mission id. */
export function assign(step: MissionStep, choice: Choice, missionId: string, atMs: number): MissionStep {
  const { mission } = step;
  const assigned = told(
    step,
    'assigned',
    { atMs, location: choice.drone.location },
    {
      state: 'Assigned',
      revision: mission.revision + 1,
      missionId,
      droneId: choice.drone.droneId,
      flight: choice.flight,
      assignedAtMs: atMs,
      departedAtMs: null,
      assignAtMs: null,
      seekingFor: null,
      reason: null,
    },
  );
  const bound = assigned.mission as BoundMission;
  const usage = missionUsage({ businessId: bound.businessId, ownerId: bound.request.ownerId }, atMs);
  return withUsage(withDrone(assigned, bindingOf(bound, null)), [usage]);
}

/** The same drone flies the new plan. */
export function replan(step: MissionStep, asked: Asked, choice: Choice, atMs: number): MissionStep {
  const { mission } = step;
  const samePickup = mission.request !== null && sameSpot(mission.request.pickup, asked.request.pickup);
  const replanned = told(
    step,
    'replanned',
    { atMs, location: choice.drone.location },
    {
      ...asked,
      state: mission.state === 'Loading' && !samePickup ? 'EnRouteToPickup' : mission.state,
      revision: mission.revision + 1,
      flight: choice.flight,
    },
  );
  const bound = replanned.mission as BoundMission;
  return withDrone(replanned, bindingOf(bound, bound.missionId));
}

/** Takes the drone off and sends it home; the delivery waits. */
export function unassign(step: MissionStep, home: Station, why: Reason, drone: Drone, atMs: number): MissionStep {
  const { mission } = step;
  if (!isBound(mission)) return step;
  const off = told(step, 'unassigned', { atMs, location: drone.location, reason: why }, { state: 'Waiting' });
  return changed(freed(off, mission, orderHome(mission, home), atMs), atMs, { ...noDrone });
}

/** Ends the drone's part: its time is booked, and it goes home. */
export function freed(step: MissionStep, bound: BoundMission, command: ReturnToStation, atMs: number): MissionStep {
  const owner = { businessId: bound.businessId, ownerId: bound.request.ownerId };
  const change: DroneChange = {
    droneId: bound.droneId,
    expectMissionId: bound.missionId,
    binding: null,
    command,
  };
  return withUsage(withDrone(step, change), boundUsage(owner, bound.assignedAtMs, atMs));
}

/** One revision above the flight's, so that its echo shows that the mission was given up. */
export function orderHome(bound: BoundMission, station: Station): ReturnToStation {
  return { ...orderOnward(bound, station), revision: bound.revision + 1 };
}

/** After a flight that is over the drone knows the way: nothing is left to be confirmed. */
export function orderOnward({ droneId, missionId, revision }: BoundMission, station: Station): ReturnToStation {
  return { kind: 'ReturnToStation', droneId, missionId, revision, station };
}

/** Too far ahead to bind a drone. */
export function defer(step: MissionStep, asked: Asked, assignAtMs: number, atMs: number): MissionStep {
  return changed(step, atMs, { ...asked, state: 'Deferred', assignAtMs, seekingFor: null });
}

/** No drone is free; the saga asks again. */
export function awaitDrone(step: MissionStep, asked: Asked, atMs: number): MissionStep {
  return changed(step, atMs, { ...asked, state: 'Waiting', assignAtMs: null });
}

function bindingOf(bound: BoundMission, expectMissionId: string | null): DroneChange {
  return {
    droneId: bound.droneId,
    expectMissionId,
    binding: { missionId: bound.missionId, key: { businessId: bound.businessId, deliveryId: bound.deliveryId } },
    command: orderFlight(bound),
  };
}

function orderFlight(bound: BoundMission): FlyMission {
  return {
    kind: 'FlyMission',
    droneId: bound.droneId,
    missionId: bound.missionId,
    revision: bound.revision,
    pickup: bound.request.pickup,
    dropOff: bound.request.dropOff,
    station: bound.flight.station,
    departAt: instant(bound.flight.departAtMs),
    pickupTime: instant(bound.request.pickupTimeMs),
    payloadKg: bound.request.weightKg,
    loadingS: bound.flight.loadingS,
    unloadingS: bound.flight.unloadingS,
  };
}

function sameSpot(a: MissionRequest['pickup'], b: MissionRequest['pickup']): boolean {
  return a.latitude === b.latitude && a.longitude === b.longitude;
}
