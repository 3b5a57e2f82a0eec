import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../test/support/manual-clock.ts';
import type { FaultDefinition } from './fault.ts';
import { FaultPlan } from './fault-plan.ts';

function plan(...faults: FaultDefinition[]): { readonly clock: ManualClock; readonly plan: FaultPlan } {
  const clock = new ManualClock(1_000);
  return { clock, plan: new FaultPlan(clock, faults) };
}

function strikesOf({ plan: made }: { readonly plan: FaultPlan }): number[] {
  return made.report().map((fault) => fault.strikes);
}

test('strikes the entity that it is for, in any letter case, and its kind alone', () => {
  const made = plan({ kind: 'refuse-sends', entity: 'Orders' });
  assert.equal(made.plan.strikes('refuse-sends', 'orderS'), true);
  assert.equal(made.plan.strikes('refuse-sends', 'orders/$deadletterqueue'), false);
  assert.equal(made.plan.strikes('lose-settlement', 'orders'), false);
  assert.deepEqual(strikesOf(made), [1]);
  assert.deepEqual(made.plan.report(), [{ kind: 'refuse-sends', entity: 'Orders', strikes: 1, isActive: true }]);
});

test('a seed strikes the same occasions in every version', () => {
  const pattern = (seed: object) => {
    const made = plan({ kind: 'hang', entity: '*', probability: 0.5, ...seed });
    return Array.from({ length: 32 }, () => Number(made.plan.strikes('hang', 'q'))).join('');
  };
  assert.equal(pattern({ seed: 7 }), '00111011010011011011110000111110');
  assert.equal(pattern({ seed: 1 }), '11001000000010011100100110010001');
  assert.equal(pattern({}), '11001000000010011100100110010001');
});

test('ends when its count is used up, and the next that matches takes over', () => {
  const made = plan({ kind: 'refuse-sends', entity: '*', count: 2 }, { kind: 'refuse-sends', entity: 'q', count: 1 });
  const struck = Array.from({ length: 5 }, () => made.plan.strikes('refuse-sends', 'q'));
  assert.deepEqual(struck, [true, true, true, false, false]);
  assert.deepEqual(
    made.plan.report().map(({ strikes, isActive }) => [strikes, isActive]),
    [
      [2, false],
      [1, false],
    ],
  );
});

test('ends when its time is up', () => {
  const made = plan({ kind: 'refuse-sends', entity: '*', durationMs: 50 });
  made.clock.advance(49);
  assert.equal(made.plan.strikes('refuse-sends', 'q'), true);
  made.clock.advance(1);
  assert.equal(made.plan.strikes('refuse-sends', 'q'), false);
  assert.equal(made.plan.report()[0]?.isActive, false);
});

test('a seed decides which occasions are struck, and a probability how many', () => {
  const strikes = (seed: number) => {
    const made = plan({ kind: 'refuse-sends', entity: '*', probability: 0.25, seed });
    return Array.from({ length: 2_000 }, () => made.plan.strikes('refuse-sends', 'q'));
  };
  assert.deepEqual(strikes(7), strikes(7));
  assert.notDeepEqual(strikes(7), strikes(8));
  const share = strikes(7).filter((struck) => struck).length / 2_000;
  assert.ok(share > 0.2 && share < 0.3, `${share}`);
});

test('a hanging answer goes out when the fault ends: in time, or when it is taken away', () => {
  const made = plan({ kind: 'hang', entity: 'q', durationMs: 100, count: 2 });
  const out: string[] = [];
  const answer = made.plan.answer('q', (outcome: string) => out.push(outcome));
  for (const outcome of ['one', 'two', 'three']) answer(outcome);
  assert.deepEqual(out, ['three']);
  made.clock.advance(100);
  assert.deepEqual(out, ['three', 'one', 'two']);

  made.plan.set([{ kind: 'hang', entity: '*' }]);
  answer('four');
  assert.equal(out.length, 3);
  made.plan.clear();
  assert.deepEqual(out.slice(3), ['four']);
});

test('a slow answer is late by what the fault says, and answers keep their order', () => {
  const made = plan({ kind: 'slow', entity: 'q', delayMs: 30 });
  const out: string[] = [];
  const answer = made.plan.answer('q', (outcome: string) => out.push(outcome));
  answer('one');
  made.clock.advance(29);
  answer('two');
  assert.deepEqual(out, []);
  made.clock.advance(1);
  assert.deepEqual(out, ['one']);
  made.clock.advance(29);
  assert.deepEqual(out, ['one', 'two']);
});

test('an answer that hangs is not slow as well; a delay that is not said is none', () => {
  const made = plan({ kind: 'hang', entity: 'q', count: 1 }, { kind: 'slow', entity: 'q' });
  const out: string[] = [];
  const answer = made.plan.answer('q', (outcome: string) => out.push(outcome));
  answer('hanging');
  assert.deepEqual(strikesOf(made), [1, 0]);
  answer('slow');
  made.clock.advance(0);
  assert.deepEqual(out, ['slow']);
});

test('disposed, it takes back the timers that have not run, and holds no others', () => {
  const due: (() => void)[] = [];
  let taken = 0;
  const clock = {
    nowMs: () => 0,
    setTimer(callback: () => void) {
      due.push(callback);
      return () => void taken++;
    },
  };
  const made = new FaultPlan(clock, [{ kind: 'slow', entity: '*', delayMs: 5 }]);
  for (let count = 0; count < 3; count++) made.pass('q', () => undefined);
  due[0]?.();
  made[Symbol.dispose]();
  assert.equal(taken, 2);
});

test('disposed, it lets nothing out and strikes no more', () => {
  const made = plan({ kind: 'slow', entity: '*', delayMs: 30, count: 1 }, { kind: 'hang', entity: 'q', durationMs: 9 });
  const out: string[] = [];
  made.plan.answer('other', (outcome: string) => out.push(outcome))('slow');
  made.plan.answer('q', (outcome: string) => out.push(outcome))('hanging');
  made.plan[Symbol.dispose]();
  made.clock.advance(1_000);
  assert.deepEqual(out, []);
  assert.equal(made.plan.strikes('hang', 'q'), false);
  const endless = plan({ kind: 'refuse-sends', entity: '*' });
  endless.plan[Symbol.dispose]();
  assert.equal(endless.plan.strikes('refuse-sends', 'q'), false);
});
