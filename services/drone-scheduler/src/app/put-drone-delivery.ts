import { AppError } from '@dronedelivery/service-kit/app-error';
import { type Mission, type MissionKey, unseenMission } from '../domain/mission.ts';
import type { Asked } from '../domain/mission-plan.ts';
import { judgePut, type PutRefusal } from '../domain/put-verdict.ts';
import { commitOne, decisionOf } from './decision.ts';
import { type Dispatch, decisionAttemptsMax } from './dispatch.ts';
import { type PlanRefusal, type PutPlan, planPut } from './put-plan.ts';

export type PutOutcome =
  | { readonly kind: 'bound' | 'kept'; readonly mission: Mission }
  | { readonly kind: 'refused'; readonly code: PutRefusal | PlanRefusal };

/** One atomic decision: made on what is known, stored only if that still holds, else made anew. */
export async function putDroneDelivery(dispatch: Dispatch, key: MissionKey, asked: Asked): Promise<PutOutcome> {
  for (let attempt = 0; attempt < decisionAttemptsMax; attempt++) {
    const known = (await dispatch.store.find(key)) ?? unseenMission(key);
    await dispatch.fleet.refresh();
    const verdict = judgePut(known, asked.requestSequence);
    if (verdict.kind === 'refused') return verdict;
    if (verdict.kind === 'unchanged') return { kind: 'kept', mission: known };
    const plan = planPut(dispatch, known, asked);
    if (await stored(dispatch, known, plan)) return outcomeOf(plan, known);
  }
  throw new AppError('unavailable', 'Too many changes at once; ask again');
}

async function stored(dispatch: Dispatch, known: Mission, plan: PutPlan): Promise<boolean> {
  if (plan.step === null) return true;
  const unclaim = plan.choice === null ? undefined : dispatch.fleet.claim(plan.choice.drone.droneId);
  try {
    const committed = await commitOne(dispatch.store, decisionOf(plan.step, known));
    if (unclaim !== undefined) await dispatch.fleet.refresh();
    return committed;
  } finally {
    unclaim?.();
  }
}

function outcomeOf(plan: PutPlan, known: Mission): PutOutcome {
  if (plan.answer !== 'bound' && plan.answer !== 'kept') return { kind: 'refused', code: plan.answer };
  return { kind: plan.answer, mission: plan.step?.mission ?? known };
}
