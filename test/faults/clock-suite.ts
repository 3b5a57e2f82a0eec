import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DeadLetter } from '@dronedelivery/contracts';
import type { Page } from '@dronedelivery/local/api-client';
import { assertInvariants } from '../support/assert-invariants.ts';
import { assertDelivered, type Disturbance, recoveryTimes, untilAllEnded } from '../support/recovery.ts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';
import { assertAnswers, startTraffic, type Traffic } from '../support/traffic.ts';
import { WallClocks } from '../support/wall-clocks.ts';

const minuteMs = 60_000;
/** Either way and back, by more than locks last; what is delayed while a clock is ahead may come later by as much. */
const aheadMs = 1.25 * minuteMs;
const single = [
  ...['drone-scheduler', 'delivery', 'workflow', 'supervisor', 'package', 'ingestion'],
  ...['broker', 'simulator', 'portal', 'account', 'edge'],
];
const schedulers = ['drone-scheduler', 'drone-scheduler-2'];
/** Accepted requests while a clock is wrong. */
const few = 4;
const many = 50;

/** For long: longer than a drone may be silent. */
export function clockSuite({ forLong }: { readonly forLong: boolean }): void {
  const clocks = new WallClocks();
  let running: TestSystem;
  let traffic: Traffic;
  const disturbances: Disturbance[] = [];
  before(async () => {
    const replicas = { workflow: 2, 'drone-scheduler': 2 };
    running = await startTestSystem({ drones: 60, replicas, lockSeconds: 5, settings: clocks.settings });
    traffic = startTraffic(running, { name: 'clocks', pauseMs: 100 });
    await traffic.more(5);
  });
  after(async () => {
    await running[Symbol.asyncDispose]();
    clocks[Symbol.dispose]();
  });

  const setAside = async (what: string, instances: readonly string[], requests: number) => {
    const from = Date.now();
    for (const wrongMs of [aheadMs, -aheadMs]) {
      for (const instance of instances) clocks.set(running, instance, wrongMs);
      await traffic.more(requests);
      for (const instance of instances) clocks.set(running, instance, 0);
      await traffic.more(few);
    }
    await traffic.wellAgain();
    disturbances.push({ what, from, to: Date.now() });
  };

  for (const instance of single)
    test(`the clock of ${instance} is set forward, right, back and right again`, () =>
      setAside(instance, [instance], few));

  if (forLong) {
    test('no drone is lost while the schedulers are wrong about the time', () =>
      setAside('the schedulers', schedulers, many));

    test('nor while their gateway is', () => setAside('the simulator', ['simulator'], many));

    test('the clock of the machine, which is that of all, is set in the same way', () => {
      const all = running.system.instances.map(({ name }) => name);
      return setAside('all', all, many);
    });
  }

  test('whatever was accepted was delivered', async (t) => {
    await traffic.stop();
    const endings = await untilAllEnded(running, traffic);
    for (const line of recoveryTimes(endings, disturbances)) t.diagnostic(line);
    t.diagnostic(JSON.stringify([...traffic.answers]));
    assertDelivered(endings);
    assertAnswers(traffic);
    await assertInvariants(running, [...traffic.accepted.keys()]);
    const { body } = await running.operator.request<Page<DeadLetter>>('GET', '/v1/deadletters');
    assert.deepEqual(body.items, []);
  });
}
