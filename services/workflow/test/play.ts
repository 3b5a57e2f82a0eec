import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handle } from '../src/domain/handle.ts';
import type { Circumstances } from '../src/domain/policy.ts';
import type { DeliveryRequest } from '../src/domain/request.ts';
import type { Answer, Call, CallName, Gains, Saga } from '../src/domain/saga.ts';
import { at, circumstances, delivery, mission, noonMs, plan, policy } from './requests.ts';

/** What a dependency says to one call: the name guards against an answer to another question. */
export type Reply = readonly [CallName, Answer];

export const ok = <N extends CallName>(name: N, gain: Gains[N]): Reply => [name, { kind: 'done', gain } as Answer];
export const no = (name: CallName, code: string): Reply => [name, { kind: 'refused', code, detail: `because ${code}` }];
export const down = (name: CallName): Reply => [name, { kind: 'transient', cause: `${name} timed out` }];

export const created = ok('putDelivery', { created: true });
export const found = ok('putDelivery', { created: false });
export const packed = ok('putPackage', undefined);
export const bound = ok('putDroneDelivery', mission());
export const released = ok('releaseDroneDelivery', undefined);
export const ended = ok('putDeliveryOutcome', undefined);
export const noted = ok('recordRefusal', undefined);
export const replanned = ok('replanDelivery', undefined);
export const is = (changes = {}) => ok('getDelivery', delivery(changes));

/** Plays the replies and gives back the ending, and the calls that led to it. */
export function play(saga: Saga, replies: readonly Reply[]) {
  const calls: Call[] = [];
  let step = saga.next();
  for (const [name, answer] of replies) {
    if (step.done === true) assert.fail(`ended before ${name}: ${JSON.stringify(step.value)}`);
    assert.equal(step.value.name, name);
    calls.push(step.value);
    step = saga.next(answer);
  }
  if (step.done !== true) assert.fail(`goes on with ${JSON.stringify(step.value)}`);
  return { ending: step.value, calls };
}

export const complete = (outcome: string) => ({ kind: 'complete', outcome });
export const delay = (reason: string, afterMs: number, nowMs = noonMs) => ({
  kind: 'delay',
  reason,
  untilMs: nowMs + afterMs,
});
export const late = circumstances(Date.parse(plan.deadline));
export const overdue = circumstances(Date.parse(plan.deadline) + policy.deadlineGraceMs + 1);
export const farPlan = { ...plan, pickupTime: at(60), deadline: at(120) };

export type Row = readonly [
  title: string,
  request: DeliveryRequest,
  replies: readonly Reply[],
  ending: Readonly<Record<string, unknown>>,
  given?: Circumstances,
];

/** One row of the failure table: what comes, what the others say, how it must end. */
export function testRows(kind: string, rows: readonly Row[]): void {
  for (const [title, request, replies, ending, given] of rows) {
    test(`${kind} ${title}`, () => {
      const played = play(handle(request, given ?? circumstances()), replies);
      assert.partialDeepStrictEqual(played.ending, ending);
    });
  }
}
