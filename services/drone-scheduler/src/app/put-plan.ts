import type { Reason } from '@dronedelivery/contracts';
import { planFor } from '../domain/assignment.ts';
import { isBound, type Mission } from '../domain/mission.ts';
import { type Asked, assign, awaitDrone, type Choice, defer, replan, unassign } from '../domain/mission-plan.ts';
import { begin, type MissionStep } from '../domain/mission-step.ts';
import { couldEverFly, nearestStation } from '../domain/route.ts';
import type { Dispatch } from './dispatch.ts';

export type PlanRefusal = 'no-drone-available' | 'no-feasible-drone' | 'conflict';

/** What to store, which drone that takes, and what to answer once it is stored. */
export interface PutPlan {
  readonly step: MissionStep | null;
  readonly choice: Choice | null;
  readonly answer: 'bound' | 'kept' | PlanRefusal;
}

const deferred: Reason = { code: 'deferred', text: 'The pickup was moved too far ahead to keep a drone' };
const replaced: Reason = { code: 'replanned', text: 'The drone cannot fly the new plan' };

/** Decides on a plan that is new or that has no drone yet. Nothing here waits: what it reads is one state of the fleet. */
export function planPut(dispatch: Dispatch, known: Mission, asked: Asked): PutPlan {
  const nowMs = dispatch.clock.now();
  const { rules } = dispatch;
  const aheadMs = asked.request.pickupTimeMs - nowMs;
  if (aheadMs > rules.assignAheadMs + rules.assignAheadMarginMs) return planLater(dispatch, known, asked, nowMs);
  return isBound(known) ? planAgain(dispatch, known, asked, nowMs) : planFirst(dispatch, known, asked, nowMs);
}

function planLater(dispatch: Dispatch, known: Mission, asked: Asked, nowMs: number): PutPlan {
  if (!feasible(dispatch, asked)) return refused('no-feasible-drone');
  const assignAtMs = asked.request.pickupTimeMs - dispatch.rules.assignAheadMs;
  if (known.state === 'Deferred' && known.requestSequence === asked.requestSequence) return kept(null);
  const free = isBound(known) ? takeOff(dispatch, known, deferred, nowMs) : begin(known);
  return free === undefined ? refused('conflict') : kept(defer(free, asked, assignAtMs, nowMs));
}

function planFirst(dispatch: Dispatch, known: Mission, asked: Asked, nowMs: number): PutPlan {
  const choice = search(dispatch, asked, nowMs);
  if (choice !== undefined) return bound(dispatch, begin({ ...known, ...asked }), choice, nowMs);
  if (!feasible(dispatch, asked)) return refused('no-feasible-drone');
  const asBefore = known.state === 'Waiting' && known.requestSequence === asked.requestSequence;
  return { step: asBefore ? null : awaitDrone(begin(known), asked, nowMs), choice: null, answer: 'no-drone-available' };
}

/** The bound drone flies the new plan if it can, else another; if none can, the old plan stays. */
function planAgain(dispatch: Dispatch, known: Mission, asked: Asked, nowMs: number): PutPlan {
  const drone = dispatch.fleet.drone(known.droneId ?? '');
  const flight = drone && planFor(dispatch.fleet, drone, asked.request, dispatch.rules, nowMs);
  if (drone !== undefined && flight !== undefined) return kept(replan(begin(known), asked, { drone, flight }, nowMs));
  const choice = search(dispatch, asked, nowMs);
  if (choice === undefined) return refused(feasible(dispatch, asked) ? 'conflict' : 'no-feasible-drone');
  const free = takeOff(dispatch, known, replaced, nowMs);
  if (free === undefined) return refused('conflict');
  return bound(dispatch, { ...free, mission: { ...free.mission, ...asked } }, choice, nowMs);
}

function takeOff({ fleet }: Dispatch, known: Mission, why: Reason, nowMs: number): MissionStep | undefined {
  const drone = fleet.drone(known.droneId ?? '');
  const home = drone && nearestStation(fleet.stations.values(), drone.location);
  return drone && home && unassign(begin(known), home, why, drone, nowMs);
}

function search({ assignDrone, fleet, rules }: Dispatch, asked: Asked, nowMs: number): Choice | undefined {
  return assignDrone(fleet, asked.request, rules, nowMs);
}

function bound(dispatch: Dispatch, step: MissionStep, choice: Choice, nowMs: number): PutPlan {
  return { step: assign(step, choice, dispatch.newMissionId(), nowMs), choice, answer: 'bound' };
}

function feasible({ fleet, rules }: Dispatch, asked: Asked): boolean {
  const models = [...fleet.models.values()];
  return models.length === 0 || couldEverFly(models, [...fleet.stations.values()], asked.request, rules);
}

function kept(step: MissionStep | null): PutPlan {
  return { step, choice: null, answer: 'kept' };
}

function refused(answer: PlanRefusal): PutPlan {
  return { step: null, choice: null, answer };
}
