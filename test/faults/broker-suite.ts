import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@dronedelivery/testing';
import { assertInvariants } from '../support/assert-invariants.ts';
import type { Fault } from '../support/fault-proxy.ts';
import { type FaultySystem, startFaultySystem } from '../support/faulty-links.ts';
import { assertNoDeadLetters } from '../support/no-dead-letters.ts';
import { logLines } from '../support/process-log.ts';
import { assertDelivered, type Disturbance, recoveryTimes, untilAllEnded } from '../support/recovery.ts';
import { assertAnswers, startTraffic, type Traffic } from '../support/traffic.ts';

const toBroker = { setting: 'SERVICEBUS_CONNECTION_STRING', to: 'broker' } as const;
const links = {
  ingestion: { from: 'ingestion', ...toBroker },
  workflow: { from: 'workflow', ...toBroker },
  supervisor: { from: 'supervisor', ...toBroker },
  delivery: { from: 'delivery', ...toBroker },
  'drone-scheduler': { from: 'drone-scheduler', ...toBroker },
} as const;
type LinkName = keyof typeof links;
const linkNames = Object.keys(links) as LinkName[];

const waiting = { timeoutMs: 60_000, intervalMs: 50 } as const;
const unknown = 'create 503 outcome-unknown';
/** The promise is two seconds; the machine may be a few times slower. */
const refusalMsMax = 10_000;

/** Takes the broker away from everybody in several ways, under traffic: nothing is lost, and only ingestion says so. */
export function brokerSuite({ awayMs }: { readonly awayMs: number }): void {
  let faulty: FaultySystem<LinkName>;
  let traffic: Traffic;
  const disturbances: Disturbance[] = [];
  before(async () => {
    faulty = await startFaultySystem(links, {
      drones: 60,
      lockSeconds: 10,
      settings: { workflow: { SILENCE_MS: '1500' }, delivery: { RECEIVER_SILENCE_MS: '1500' } },
    });
    traffic = startTraffic(faulty.running, { name: 'broker' });
    await traffic.more(3);
  });
  after(() => faulty[Symbol.asyncDispose]());

  const during = async (what: string, disturb: () => Promise<void>) => {
    const from = Date.now();
    await disturb();
    disturbances.push({ what, from, to: Date.now() });
    await traffic.more(3);
  };

  test(`the broker stands still for ${awayMs / 1000} s: requests are refused in time, and go on after it`, () =>
    during('the broker stands still', async () => {
      const refusedBefore = traffic.answers.get(unknown) ?? 0;
      const broker = faulty.running.system.process('broker');
      broker.kill('SIGSTOP');
      try {
        await delay(awayMs);
        const isRefused = () => (traffic.answers.get(unknown) ?? 0) > refusedBefore;
        await eventually(isRefused, { ...waiting, what: 'a refused request' });
      } finally {
        broker.kill('SIGCONT');
      }
    }));

  for (const fault of ['reset', 'hang', 'swallow', 'unanswered'] satisfies Fault[]) {
    test(`every connection to the broker: ${fault}`, () =>
      during(`connections to the broker: ${fault}`, async () => {
        await Promise.all(linkNames.map((name) => faulty.links[name].fail(fault)));
        try {
          await delay(awayMs / 3);
        } finally {
          await Promise.all(linkNames.map((name) => faulty.links[name].heal()));
        }
      }));
  }

  for (const victim of ['workflow', 'delivery'] as const) {
    test(`a silent cut of ${victim} alone is noticed; the receiver is rebuilt, and counted`, () =>
      during(`silent cut of ${victim}`, async () => {
        const from = Date.now();
        await faulty.links[victim].fail('swallow');
        await faulty.links[victim].heal();
        const isRebuilt = () =>
          logLines(faulty.running, victim, from).some(
            ({ msg, rebuilt }) => msg === 'receiver rebuilt' && Number(rebuilt) > 0,
          );
        await eventually(isRebuilt, { ...waiting, what: `a new receiver of ${victim}` });
      }));
  }

  test('whatever was accepted was delivered, without a dead letter', async (t) => {
    await traffic.stop();
    const endings = await untilAllEnded(faulty.running, traffic);
    for (const line of recoveryTimes(endings, disturbances)) t.diagnostic(line);
    t.diagnostic(`the slowest refusal took ${(traffic.slowestRefusalMs / 1000).toFixed(1)} s`);
    assertDelivered(endings);
    assertAnswers(traffic, [unknown]);
    assert.ok(traffic.slowestRefusalMs < refusalMsMax, `${traffic.slowestRefusalMs} ms`);
    const { system } = faulty.running;
    const crashed = system.instances.filter(({ name }) => system.process(name).restarts > 0);
    assert.deepEqual(crashed, []);
    await assertInvariants(faulty.running, [...traffic.accepted.keys()]);
    await assertNoDeadLetters(faulty.running);
  });
}
