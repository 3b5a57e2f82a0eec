import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, seededRandom } from '@dronedelivery/testing';
import { assertInvariants } from '../support/assert-invariants.ts';
import { freeze } from '../support/frozen.ts';
import { holdStore } from '../support/held-store.ts';
import { assertNoDeadLetters } from '../support/no-dead-letters.ts';
import { logLines } from '../support/process-log.ts';
import { assertDelivered, type Disturbance, recoveryTimes, untilAllEnded } from '../support/recovery.ts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';
import { assertAnswers, startTraffic, type Traffic } from '../support/traffic.ts';

const victims = [
  ...['broker', 'account', 'package', 'delivery', 'drone-scheduler', 'drone-scheduler-2', 'supervisor'],
  ...['workflow', 'workflow-2', 'ingestion', 'portal', 'edge', 'simulator'],
] as const;
/** What keeps a message in the hand of whoever is to die with it. */
const inTheMiddle: Readonly<Record<string, (running: TestSystem) => Disposable>> = {
  workflow: (running) => freeze(running, 'package'),
  'workflow-2': (running) => freeze(running, 'package'),
  delivery: (running) => holdStore(running, 'delivery'),
};
const schedulers = ['drone-scheduler', 'drone-scheduler-2'] as const;
/** Of a drone that is lost, at this time scale. */
const silenceMs = 5000;
const waiting = { timeoutMs: 30_000, intervalMs: 50, what: 'what both schedulers say of the fleet' } as const;
const downLimitMs = 30_000;
const randomKillsMin = 6;
const randomPauseMs = { min: 500, max: 3000 } as const;
/** A process that is not there, and the answers that follow from it. */
const allowedAnswers = [
  ...['create none', 'create 503 outcome-unknown', 'create 503 unavailable', 'create 504 upstream-timeout'],
  ...['read none', 'read 503 unavailable', 'read 504 upstream-timeout'],
  ...['invoice none', 'invoice 503 unavailable', 'invoice 504 upstream-timeout'],
];

/** Kills each process in turn, then random ones until the time is over, then all at once: whatever was accepted ends. */
export function killingSuite({ seed, killsForMs }: { readonly seed: number; readonly killsForMs: number }): void {
  let running: TestSystem;
  let traffic: Traffic;
  const disturbances: Disturbance[] = [];
  let beganAt = 0;
  before(async () => {
    running = await startTestSystem({
      drones: 60,
      replicas: { workflow: 2, 'drone-scheduler': 2 },
      // A message that was in the hand of a killed process comes again after its lock.
      lockSeconds: 5,
    });
    await running.customer.token();
    traffic = startTraffic(running, { name: `kills-${seed}` });
    await traffic.more(2);
    beganAt = Date.now();
  });
  after(() => running[Symbol.asyncDispose]());

  const kill = async (what: string, names: readonly string[], heldUp?: Disposable) => {
    const from = Date.now();
    const killed = names.map((name) => running.system.process(name));
    const restartsBefore = killed.map(({ restarts }) => restarts);
    for (const one of killed) one.kill('SIGKILL');
    heldUp?.[Symbol.dispose]();
    const areUpAgain = () => killed.every(({ restarts }, index) => restarts > (restartsBefore[index] ?? 0));
    await eventually(areUpAgain, { timeoutMs: downLimitMs, what: `the restart of ${what}` });
    await running.system.ready();
    disturbances.push({ what, from, to: Date.now() });
  };

  for (const victim of victims) {
    const holdUp = inTheMiddle[victim];
    const when = holdUp === undefined ? '' : ' in the middle of its work';
    test(`${victim} is killed${when}: it comes back, and requests are accepted again`, async () => {
      using heldUp = holdUp?.(running);
      if (heldUp !== undefined) await traffic.more(2);
      await kill(victim, [victim], heldUp);
      await traffic.more(2);
    });
  }

  test('nothing is heard of the fleet for longer than a drone may be silent: no drone is given up', async () => {
    const from = Date.now();
    const told = (text: string) =>
      schedulers.flatMap((name) => logLines(running, name, from)).filter(({ msg }) => msg.startsWith(text));
    {
      using _unheard = freeze(running, 'simulator');
      await eventually(() => told('most of the fleet is unheard').length === schedulers.length, waiting);
      await delay(silenceMs);
    }
    await eventually(() => told('the fleet is heard again').length === schedulers.length, waiting);
    disturbances.push({ what: 'nothing is heard of the fleet', from, to: Date.now() });
    await traffic.more(2);
    assert.deepEqual(told('drone lost'), []);
  });

  test(`random processes are killed, one every few seconds, until ${killsForMs / 1000} s of kills are over`, async (t) => {
    const random = seededRandom(seed);
    const inTurn = disturbances.length;
    // However slow the machine was up to here, some are left to chance.
    while (Date.now() < beganAt + killsForMs || disturbances.length < inTurn + randomKillsMin) {
      const victim = random.pick(victims);
      await kill(victim, [victim]);
      await delay(random.integer(randomPauseMs.min, randomPauseMs.max));
    }
    t.diagnostic(`${disturbances.length} kills in ${((Date.now() - beganAt) / 1000).toFixed()} s`);
    await traffic.more(2);
  });

  test('everything is killed at once, and goes on with the same data', async () => {
    await kill('everything', victims);
    await traffic.more(3);
  });

  test('whatever was accepted has ended as it should', async (t) => {
    await traffic.stop();
    const endings = await untilAllEnded(running, traffic);
    for (const line of recoveryTimes(endings, disturbances)) t.diagnostic(line);
    assertDelivered(endings);
    assertAnswers(traffic, allowedAnswers);
    await assertInvariants(running, [...traffic.accepted.keys()]);
    await assertNoDeadLetters(running);
  });
}
