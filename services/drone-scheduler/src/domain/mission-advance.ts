import type { MissionState } from '@dronedelivery/contracts';
import { type Drone, isParked, type ReceivedReport } from './drone.ts';
import { type BoundMission, type FlightPlan, isBound, type Mission, progressOf } from './mission.ts';
import { freed, orderOnward } from './mission-plan.ts';
import { begin, changed, type MissionStep, type Occasion, told } from './mission-step.ts';

/**
 * Moves a mission to where its drone says that it is. Reports in between may have been lost, so every stage that is
 * passed is told.
 */
export function advance(known: BoundMission, drone: Drone, report: ReceivedReport): MissionStep {
  const reached = reachedState(known, drone, report);
  const occasion = { atMs: Math.min(Date.parse(report.at), report.receivedAtMs), location: report.location };
  let step = begin(known);
  if (reached === undefined) return step;
  if (passes(step.mission, reached, 'EnRouteToPickup')) step = depart(step, occasion);
  if (passes(step.mission, reached, 'EnRouteToDropoff')) step = pickUp(step, occasion);
  if (reached === 'Delivered') return deliver(step, occasion);
  return progressOf(step.mission.state) < progressOf(reached) ? changed(step, occasion.atMs, { state: reached }) : step;
}

/** Undefined when the report says nothing new of this mission. */
function reachedState(known: BoundMission, drone: Drone, report: ReceivedReport): MissionState | undefined {
  if (report.missionId !== known.missionId) return undefined;
  switch (report.activity) {
    case 'EnRouteToPickup':
    case 'Loading':
    case 'EnRouteToDropoff':
    case 'Unloading':
      return progressOf(report.activity) > progressOf(known.state) ? report.activity : undefined;
    case 'Returning':
    case 'Idle':
    case 'Charging':
      return isOver(known, drone, report) ? 'Delivered' : undefined;
    default:
      return report.activity satisfies never;
  }
}

/**
 * Home again, or on the way: the mission is over if it had begun. A drone only leaves the ground for it, so one that
 * was parked with the mission in hand and now returns has flown it while its reports were lost. So has one that says so.
 */
function isOver(known: BoundMission, drone: Drone, report: ReceivedReport): boolean {
  if (known.state !== 'Assigned') return true;
  const waited = isParked(drone.activity) && drone.reportedMissionId === known.missionId;
  return report.parcelDelivered === true || (waited && report.activity === 'Returning');
}

function passes(mission: Mission, reached: MissionState, gate: MissionState): boolean {
  const target = reached === 'Delivered' ? Number.POSITIVE_INFINITY : progressOf(reached);
  return progressOf(mission.state) < progressOf(gate) && target >= progressOf(gate);
}

function depart(step: MissionStep, occasion: Occasion): MissionStep {
  return told(step, 'departed', occasion, { state: 'EnRouteToPickup', departedAtMs: occasion.atMs });
}

function pickUp(step: MissionStep, occasion: Occasion): MissionStep {
  const { flight } = step.mission as BoundMission;
  const lateMs = occasion.atMs - flight.pickupEtaMs;
  return told(step, 'picked-up', occasion, {
    state: 'EnRouteToDropoff',
    pickedUpAtMs: occasion.atMs,
    flight: { ...flight, pickupEtaMs: occasion.atMs, deliveryEtaMs: flight.deliveryEtaMs + lateMs },
  });
}

function deliver(step: MissionStep, occasion: Occasion): MissionStep {
  const { mission } = step;
  if (!isBound(mission)) return step;
  const flight: FlightPlan = { ...mission.flight, deliveryEtaMs: occasion.atMs };
  const done = told(step, 'delivered', occasion, { state: 'Delivered', deliveredAtMs: occasion.atMs, flight });
  return freed(done, mission, orderOnward(mission, mission.flight.station), occasion.atMs);
}
