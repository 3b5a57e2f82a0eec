import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { DroneActivity, FlyMission, TelemetryReport } from '@dronedelivery/contracts';
import { JumpingClock } from '@dronedelivery/testing';
import { recordedEvents } from '../../test/recorded-events.ts';
import { flyMission, knownDrone, knownFleet, noonMs } from '../../test/sample-fleet.ts';
import { Fleet } from './fleet.ts';
import { FlightTime, reportBy } from './flight-time.ts';
import type { ReportOutcome, ReportTelemetry } from './ports.ts';
import { TelemetryLoop } from './telemetry-loop.ts';

type Post = { readonly reports: readonly TelemetryReport[]; readonly atMs: number };

function begin(
  context: TestContext,
  droneCount: number,
  answer: (post: Post) => Promise<ReportOutcome> | ReportOutcome,
) {
  const clock = new JumpingClock(noonMs);
  const time = new FlightTime(clock, clock.monotonicMs);
  const { events, told } = recordedEvents();
  const fleet = new Fleet({ timeScale: 1, random: () => 0, events });
  const drones = Array.from({ length: droneCount }, (_, index) => knownDrone({ droneId: `drone-${index}` }));
  fleet.adopt(drones, knownFleet, noonMs);
  const posts: Post[] = [];
  const report: ReportTelemetry = async (reports) => {
    const post = { reports, atMs: clock.monotonicMs() - noonMs };
    posts.push(post);
    return answer(post);
  };
  const register = { drones: async () => drones.map((drone) => ({ ...drone, telemetrySequence: 500 })) };
  const loop = new TelemetryLoop({
    ...{ fleet, report: reportBy(time, report), register, clock: time, events, random: () => 0.5 },
    ...{ batchMax: 10, concurrentMax: 2, tickMs: 100 },
  });
  const stop = new AbortController();
  const running = loop.run(stop.signal);
  const end = async () => {
    stop.abort();
    await running;
  };
  context.after(end);
  return { clock, posts, told, end };
}

const takenAs = (result: 'accepted' | 'stale', { reports }: Post): ReportOutcome => ({
  kind: 'answered',
  answer: { results: reports.map(({ droneId }) => ({ droneId, result })), commands: [] },
});
const failed: ReportOutcome = { kind: 'failed', retryAfterMs: 0, why: 'away' };

test('at most so many batches are on their way, and the rest waits for the next look', async (context) => {
  const waiting: (() => void)[] = [];
  const { clock, posts, end } = begin(context, 45, (post) => {
    return new Promise((resolve) => waiting.push(() => resolve(takenAs('accepted', post))));
  });
  await clock.advance(1_000);
  assert.deepEqual(
    posts.map(({ reports }) => reports.length),
    [10, 10],
  );
  for (const release of waiting.splice(0)) release();
  await clock.advance(100);
  assert.equal(posts.length, 4);
  for (const release of waiting.splice(0)) release();
  await clock.advance(100);
  assert.deepEqual(
    posts.map(({ reports }) => reports.length),
    [10, 10, 10, 10, 5],
  );
  for (const release of waiting) release();
  await end();
});

test('while the scheduler is away one batch at a time tries, ever less often, and nothing queues up', async (context) => {
  let isAway = true;
  const { clock, posts, told } = begin(context, 30, (post) => (isAway ? failed : takenAs('accepted', post)));
  await clock.advance(12_000);
  const pausesMs = posts.slice(2).map(({ atMs }, index) => atMs - (posts[index + 1]?.atMs ?? 0));
  assert.ok(posts.length < 14, `${posts.length} tries`);
  assert.ok(pausesMs.every((pauseMs) => pauseMs <= 2_000));
  assert.ok((pausesMs.at(-1) ?? 0) >= 1_500);
  const tries = posts.length;
  isAway = false;
  await clock.advance(2_200);
  const reported = posts.slice(tries).flatMap(({ reports }) => reports);
  assert.equal(new Set(reported.map(({ droneId }) => droneId)).size, 30);
  assert.equal(reported.length, 30);
  assert.ok(reported.every(({ at }) => Date.parse(at) >= noonMs + 12_000));
  assert.ok(told.some((line) => line.startsWith('telemetryAgain')));
});

test('a wish to be asked later is granted', async (context) => {
  const { clock, posts } = begin(context, 1, () => ({ ...failed, retryAfterMs: 5_000 }));
  await clock.advance(4_900);
  assert.equal(posts.length, 1);
  await clock.advance(300);
  assert.equal(posts.length, 2);
});

test('stale reports make the drones go on above what the scheduler has heard', async (context) => {
  const { clock, posts } = begin(context, 1, (post) =>
    takenAs((post.reports[0]?.sequence ?? 0) > 500 ? 'accepted' : 'stale', post),
  );
  await clock.advance(20_000);
  assert.deepEqual(
    posts.map(({ reports }) => reports[0]?.sequence),
    [1, 501],
  );
});

/** Commands a mission to a drone that knows none. */
const commanding = (changes: Partial<FlyMission>) => (post: Post) => {
  const outcome = takenAs('accepted', post);
  if (outcome.kind === 'answered' && post.reports[0]?.missionId === undefined)
    outcome.answer.commands.push(flyMission({ droneId: 'drone-0', ...changes }));
  return outcome;
};

test('a command is echoed at the next look, and the mission told as it goes', async (context) => {
  const departAt = new Date(noonMs + 2_000).toISOString();
  const { clock, posts } = begin(context, 1, commanding({ departAt }));
  await clock.advance(700_000);
  const [first, echo, departed] = posts.flatMap(({ reports, atMs }) => reports.map((report) => ({ ...report, atMs })));
  assert.equal(first?.missionId, undefined);
  assert.deepEqual([echo?.missionId, echo?.activity, echo?.atMs], ['mission-1', 'Idle', 100]);
  assert.deepEqual([departed?.activity, departed?.atMs], ['EnRouteToPickup', 2_000]);
  const seen = new Set(posts.flatMap(({ reports }) => reports.map(({ activity }) => activity)));
  assert.deepEqual(
    [...seen],
    ['Idle', 'EnRouteToPickup', 'Loading', 'EnRouteToDropoff', 'Unloading', 'Returning', 'Charging'],
  );
});

test('a wall clock that is set lets a drone depart sooner, and fly as ever', async (context) => {
  const departAt = new Date(noonMs + 60_000).toISOString();
  const changes = { departAt, pickupTime: departAt };
  const beganMs = (posts: readonly Post[], activity: DroneActivity) =>
    posts.find(({ reports }) => reports[0]?.activity === activity)?.atMs ?? Number.NaN;
  const flownMs = (posts: readonly Post[]) => beganMs(posts, 'Returning') - beganMs(posts, 'EnRouteToPickup');
  const even = begin(context, 1, commanding(changes));
  await even.clock.advance(700_000);
  const { clock, posts, told } = begin(context, 1, commanding(changes));
  await clock.advance(20_000);
  clock.jump(30_000);
  while (Number.isNaN(beganMs(posts, 'EnRouteToDropoff'))) await clock.advance(1_000);
  assert.equal(beganMs(posts, 'EnRouteToPickup'), 30_000);
  assert.equal(Date.parse(posts.at(-1)?.reports[0]?.at ?? ''), noonMs + 30_000 + (posts.at(-1)?.atMs ?? 0));
  clock.jump(-3_600_000);
  await clock.advance(500_000);
  assert.equal(flownMs(posts), flownMs(even.posts));
  assert.ok(told.includes('wallClockSet 30000') && told.includes('wallClockSet -3600000'));
});
