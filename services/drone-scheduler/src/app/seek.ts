import type { Mission } from '../domain/mission.ts';
import { giveUp } from '../domain/mission-end.ts';
import { assign, type Choice } from '../domain/mission-plan.ts';
import { begin, type MissionStep } from '../domain/mission-step.ts';
import { commitOne, decisionOf } from './decision.ts';
import type { Dispatch } from './dispatch.ts';

export type SeekResult = 'assigned' | 'given-up' | 'none-free' | 'outdated';

/**
 * Seeks another drone for missions that lost theirs, until their deadline. What never had a drone is the saga's to ask
 * for again.
 */
export async function seekDrones(dispatch: Dispatch, limit: number): Promise<readonly SeekResult[]> {
  const seeking = await dispatch.store.seeking(limit);
  return Promise.all(seeking.map((mission) => seekFor(dispatch, mission)));
}

async function seekFor(dispatch: Dispatch, mission: Mission): Promise<SeekResult> {
  await dispatch.fleet.refresh();
  const nowMs = dispatch.clock.now();
  const { request } = mission;
  if (request === null || request.deadlineMs <= nowMs)
    return store(dispatch, mission, giveUp(mission, nowMs), 'given-up');
  const choice = dispatch.assignDrone(dispatch.fleet, request, dispatch.rules, nowMs);
  if (choice === undefined) return 'none-free';
  const step = assign(begin(mission), choice, dispatch.newMissionId(), nowMs);
  return store(dispatch, mission, step, 'assigned', choice);
}

async function store(
  { store, fleet }: Dispatch,
  mission: Mission,
  step: MissionStep,
  result: SeekResult,
  choice?: Choice,
): Promise<SeekResult> {
  const unclaim = choice && fleet.claim(choice.drone.droneId);
  try {
    const committed = await commitOne(store, decisionOf(step, mission));
    await fleet.refresh();
    return committed ? result : 'outdated';
  } finally {
    unclaim?.();
  }
}
