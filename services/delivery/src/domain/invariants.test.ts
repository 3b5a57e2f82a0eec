import assert from 'node:assert/strict';
import test from 'node:test';
import type { MissionEventKind } from '@dronedelivery/contracts';
import fc from 'fast-check';
import { create, end, news, plan, replan, startMs } from '../../test/support/commands.ts';
import { announcementOf, type Step, stepsOf } from './announce.ts';
import type { DeliveryCommand } from './command.ts';
import { decide } from './decide.ts';
import type { DeliveryState } from './delivery.ts';
import { mayMove } from './stage.ts';

const changes: readonly MissionEventKind[] = [
  'assigned',
  'replanned',
  'unassigned',
  'departed',
  'picked-up',
  'delivered',
  'failed',
  'released',
];

const missionNews = fc
  .record({
    change: fc.constantFrom(...changes),
    sequence: fc.integer({ min: 1, max: 12 }),
    mission: fc.integer({ min: 1, max: 2 }),
    revision: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ change, sequence, mission, revision }) =>
    news(change, sequence, { missionId: `mission-${mission}`, droneId: `drone-${mission}`, revision }),
  );

const replanning = fc.record({ sequence: fc.integer({ min: 99, max: 110 }), north: fc.boolean() }).map((of) =>
  replan({
    requestId: `request-${of.sequence}`,
    requestSequence: `${of.sequence}`,
    plan: of.north ? { ...plan, dropOff: { latitude: 60, longitude: 10 } } : plan,
  }),
);

const command: fc.Arbitrary<DeliveryCommand> = fc.oneof(
  { weight: 8, arbitrary: missionNews },
  { weight: 2, arbitrary: replanning },
  fc.constantFrom('None' as const, 'Voice' as const).map((confirmationRequired) => create({ confirmationRequired })),
  fc.constantFrom('Cancelled' as const, 'Failed' as const).map((as) => end(as)),
  fc.constant<DeliveryCommand>({
    kind: 'confirm',
    id: 'confirmation-1',
    type: 'Voice',
    reference: 'yes',
    geoCoordinates: null,
  }),
  fc.constant<DeliveryCommand>({ kind: 'expire-confirmation' }),
  fc.constant<DeliveryCommand>({ kind: 'refuse', requestId: 'r', reason: { code: 'late', text: 'Late' } }),
);

/** Every command with how much time has passed before it. */
const anything = fc.array(fc.tuple(command, fc.integer({ min: 0, max: 400_000 })), { maxLength: 40 });
const history = fc.oneof(
  anything,
  fc
    .tuple(fc.constantFrom('None' as const, 'Voice' as const), anything)
    .map(([confirmationRequired, rest]) => [[create({ confirmationRequired }), 0] as const, ...rest]),
);

function run(commands: readonly (readonly [DeliveryCommand, number])[]): Step[] {
  let state: DeliveryState | undefined;
  let nowMs = startMs;
  return commands.flatMap(([of, passedMs]) => {
    nowMs += passedMs;
    const decision = decide(of, state, { nowMs, confirmationWindowMs: 600_000 });
    const steps = stepsOf(state, 'events' in decision ? decision.events : []);
    state = steps.at(-1)?.after ?? state;
    return steps;
  });
}

test('I3: whatever arrives, in whatever order, stages move forward along the machine only', () => {
  fc.assert(
    fc.property(history, (commands) => {
      for (const { before, after } of run(commands)) {
        if (before === undefined || before.stage === after.stage) continue;
        assert.ok(mayMove(before.stage, after.stage), `${before.stage} > ${after.stage}`);
      }
    }),
    { numRuns: 2000 },
  );
});

test('I4: stage and plan revision of an announcement never repeat', () => {
  fc.assert(
    fc.property(history, (commands) => {
      const told = run(commands)
        .map(announcementOf)
        .filter((announcement) => announcement !== undefined)
        .map(({ stage, after }) => `${stage} ${after.planRevision}`);
      assert.equal(new Set(told).size, told.length);
    }),
    { numRuns: 2000 },
  );
});

test('history is numbered without gaps, and a repeated history adds nothing once it has ended', () => {
  fc.assert(
    fc.property(history, (commands) => {
      const steps = run(commands);
      assert.deepEqual(
        steps.map(({ after }) => after.historySequence),
        steps.map((_, index) => index + 1),
      );
    }),
    { numRuns: 500 },
  );
});

test('every command repeated at once changes nothing more', () => {
  fc.assert(
    fc.property(history, (commands) => {
      const doubled = commands.flatMap(([of, passedMs]) => [[of, passedMs] as const, [of, 0] as const]);
      assert.equal(run(doubled).length, run(commands).length);
    }),
    { numRuns: 1000 },
  );
});

test('a parcel on board stays with its drone', () => {
  fc.assert(
    fc.property(history, (commands) => {
      for (const { before, after } of run(commands)) {
        if (before?.stage !== 'HeadedToDropoff') continue;
        assert.equal(after.mission?.missionId, before.mission?.missionId);
      }
    }),
    { numRuns: 2000 },
  );
});
