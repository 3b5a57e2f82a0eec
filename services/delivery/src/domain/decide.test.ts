import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create, end, news, plan, replan, startMs } from '../../test/support/commands.ts';
import { stepsOf } from './announce.ts';
import type { DeliveryCommand } from './command.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { type DeliveryState, subscriptionsMax } from './delivery.ts';

const surroundings = { nowMs: startMs, confirmationWindowMs: 600_000 };

function after(...commands: readonly DeliveryCommand[]): DeliveryState {
  let state: DeliveryState | undefined;
  for (const command of commands) state = apply(command, state);
  assert.ok(state !== undefined);
  return state;
}

function apply(command: DeliveryCommand, state: DeliveryState | undefined): DeliveryState | undefined {
  return stepsOf(state, eventsOf(decide(command, state, surroundings))).at(-1)?.after ?? state;
}

function eventsOf(decision: Decision) {
  return 'events' in decision ? decision.events : [];
}

function kindsOf(decision: Decision): string[] {
  return eventsOf(decision).map((event) => event.kind);
}

function codeOf(decision: Decision): string {
  return decision.kind === 'refused' ? decision.code : decision.kind;
}

describe('create', () => {
  test('begins at Created with the first plan; the same again changes nothing', () => {
    const state = after(create());
    assert.equal(state.stage, 'Created');
    assert.equal(state.planRevision, 1);
    assert.deepEqual(decide(create({ requestSequence: '555' }), state, surroundings), { kind: 'unchanged' });
  });

  test('that its cancel has overtaken fills in the request, stays cancelled and is refused', () => {
    const decision = decide(create(), after(end('Cancelled')), surroundings);
    assert.equal(codeOf(decision), 'delivery-terminal');
    const state = after(end('Cancelled'), create());
    assert.equal(state.stage, 'Cancelled');
    assert.equal(state.order?.ownerId, 'owner-1');
    assert.deepEqual(kindsOf(decide(create(), state, surroundings)), []);
  });
});

describe('replan', () => {
  test('moves to Rescheduled and raises the revision', () => {
    const state = after(create(), replan());
    assert.equal(state.stage, 'Rescheduled');
    assert.equal(state.planRevision, 2);
    assert.equal(state.requestSequence, '101');
  });

  test('keeps the stage while the drone heads to the pickup', () => {
    const state = after(create(), news('assigned', 1), news('departed', 2), replan());
    assert.equal(state.stage, 'HeadedToPickup');
    assert.equal(state.planRevision, 3);
  });

  test('of two the one that was requested later wins, compared as numbers', () => {
    const state = after(create({ requestSequence: '9' }), replan({ requestSequence: '11' }));
    const older = replan({ requestSequence: '10', requestId: 'request-older' });
    assert.equal(codeOf(decide(older, state, surroundings)), 'plan-superseded');
    assert.equal(codeOf(decide(replan({ requestSequence: '11' }), state, surroundings)), 'unchanged');
    assert.deepEqual(kindsOf(decide(older, state, surroundings)), ['refused']);
    assert.deepEqual(kindsOf(decide(older, after(create(), replan(), older), surroundings)), []);
  });

  test('is refused with the parcel on board, unless the drone flies that plan already', () => {
    const other = { ...plan, dropOff: { latitude: 47.7, longitude: -122.4 } };
    const underWay = after(create(), news('assigned', 1), news('picked-up', 2));
    assert.equal(codeOf(decide(replan({ plan: other }), underWay, surroundings)), 'delivery-under-way');
    assert.equal(codeOf(decide(replan({ plan }), underWay, surroundings)), 'applied');
    assert.equal(after(create(), news('assigned', 1), news('picked-up', 2), replan()).stage, 'HeadedToDropoff');
  });

  test('is refused and recorded once the delivery has ended', () => {
    const decision = decide(replan(), after(create(), end('Failed')), surroundings);
    assert.equal(codeOf(decision), 'delivery-terminal');
    assert.deepEqual(kindsOf(decision), ['refused']);
  });
});

describe('end', () => {
  test('of an unknown delivery leaves a record that refuses', () => {
    const state = after(end('Cancelled'));
    assert.equal(state.stage, 'Cancelled');
    assert.equal(state.order, null);
    assert.equal(state.planRevision, 0);
  });

  test('repeats without effect, contradicts with a refusal', () => {
    const state = after(create(), end('Cancelled'));
    assert.equal(codeOf(decide(end('Cancelled'), state, surroundings)), 'unchanged');
    assert.equal(codeOf(decide(end('Failed'), state, surroundings)), 'delivery-terminal');
  });

  test('as cancelled is refused with the parcel on board, as failed it never is', () => {
    const state = after(create(), news('picked-up', 3));
    assert.equal(codeOf(decide(end('Cancelled'), state, surroundings)), 'delivery-under-way');
    assert.equal(after(create(), news('picked-up', 3), end('Failed')).stage, 'Failed');
  });
});

describe('mission news', () => {
  test('moves the delivery through its stages', () => {
    const stages = [news('assigned', 1), news('departed', 2), news('picked-up', 3), news('delivered', 4)].map(
      (_, index, all) => after(create(), ...all.slice(0, index + 1)).stage,
    );
    assert.deepEqual(stages, ['Created', 'HeadedToPickup', 'HeadedToDropoff', 'Completed']);
  });

  test('that implies missed steps takes them one by one', () => {
    assert.deepEqual(kindsOf(decide(news('delivered', 4), after(create()), surroundings)), [
      'assigned',
      'departed',
      'picked-up',
      'delivered',
      'completed',
    ]);
  });

  test('that is not above the known sequence, or of an older plan, is stale', () => {
    const state = after(create(), news('assigned', 5, { revision: 3 }));
    const stale = { kind: 'ignored', because: 'stale' };
    assert.deepEqual(decide(news('departed', 5, { revision: 3 }), state, surroundings), stale);
    assert.deepEqual(decide(news('departed', 6, { revision: 2 }), state, surroundings), stale);
  });

  test('that brings the flight plan late is taken for the plan alone', () => {
    const state = after(create(), news('departed', 2), news('assigned', 1));
    assert.equal(state.stage, 'HeadedToPickup');
    assert.notEqual(state.mission?.flight ?? null, null);
    assert.equal(state.missionSequence, 2);
    assert.equal(decide(news('assigned', 1), state, surroundings).kind, 'ignored');
  });

  test('after the end is ignored', () => {
    const state = after(create(), end('Cancelled'));
    assert.deepEqual(decide(news('delivered', 9), state, surroundings), { kind: 'ignored', because: 'terminal' });
  });

  test('of a lost drone takes it off; the next one raises the revision and keeps the stage', () => {
    const commands = [create(), news('assigned', 1), news('departed', 2), news('unassigned', 3)];
    assert.equal(after(...commands).mission, null);
    const next = { missionId: 'mission-2', droneId: 'drone-2', revision: 2 };
    const state = after(...commands, news('assigned', 4, next));
    assert.equal(state.stage, 'HeadedToPickup');
    assert.equal(state.mission?.droneId, 'drone-2');
    assert.equal(state.mission?.departedAtMs, null);
    assert.equal(state.planRevision, 3);
  });

  test('never takes a parcel on board away from its drone', () => {
    const state = after(create(), news('picked-up', 3));
    for (const change of ['unassigned', 'released'] as const) {
      assert.equal(decide(news(change, 4), state, surroundings).kind, 'ignored');
    }
    assert.equal(decide(news('delivered', 4, { missionId: 'mission-2' }), state, surroundings).kind, 'ignored');
  });

  test('of a failure ends it with the reason', () => {
    const state = after(create(), news('picked-up', 3), news('failed', 4));
    assert.equal(state.stage, 'Failed');
    assert.equal(state.reason?.code, 'drone-lost');
  });
});

describe('confirmation', () => {
  const arrived = [create({ confirmationRequired: 'Voice' }), news('delivered', 4)];
  const voice = { kind: 'confirm', id: 'c-1', type: 'Voice', reference: 'yes', geoCoordinates: null } as const;

  test('is waited for at the drop-off, and completes', () => {
    assert.equal(after(...arrived).stage, 'HeadedToDropoff');
    assert.equal(after(...arrived).confirmationDueMs, startMs + 600_000);
    assert.equal(after(...arrived, voice).stage, 'Completed');
    assert.equal(codeOf(decide(voice, after(...arrived, voice), surroundings)), 'unchanged');
  });

  test('of another kind, or before the drop-off, is not expected', () => {
    const picture = { ...voice, type: 'Picture' } as const;
    assert.equal(codeOf(decide(picture, after(...arrived), surroundings)), 'confirmation-not-expected');
    assert.equal(codeOf(decide(voice, after(create()), surroundings)), 'confirmation-not-expected');
  });

  test('that does not come in time fails the delivery', () => {
    const expire = { kind: 'expire-confirmation' } as const;
    assert.equal(codeOf(decide(expire, after(...arrived), surroundings)), 'unchanged');
    const late = { ...surroundings, nowMs: startMs + 600_000 };
    assert.deepEqual(kindsOf(decide(expire, after(...arrived), late)), ['failed']);
  });
});

test('a refusal is recorded once for each request', () => {
  const refuse = { kind: 'refuse', requestId: 'r-1', reason: { code: 'parcel-on-board', text: 'Too late' } } as const;
  const state = after(create(), refuse);
  assert.deepEqual(state.refusedRequests, ['r-1']);
  assert.equal(codeOf(decide(refuse, state, surroundings)), 'unchanged');
});

test('the number of subscriptions is bounded', () => {
  const subscribe = (id: number): DeliveryCommand => ({
    kind: 'subscribe',
    subscription: { id: `s-${id}`, targets: [], stages: ['Completed'], webhookSecret: null },
  });
  const full = after(create(), ...Array.from({ length: subscriptionsMax }, (_, index) => subscribe(index)));
  assert.equal(codeOf(decide(subscribe(99), full, surroundings)), 'conflict');
});
