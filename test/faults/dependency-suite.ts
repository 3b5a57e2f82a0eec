import { after, before, test } from 'node:test';
import { eventually } from '@dronedelivery/testing';
import { assertInvariants } from '../support/assert-invariants.ts';
import type { Fault } from '../support/fault-proxy.ts';
import { type FaultySystem, startFaultySystem } from '../support/faulty-links.ts';
import { assertNoDeadLetters } from '../support/no-dead-letters.ts';
import { logLines } from '../support/process-log.ts';
import { assertDelivered, type Disturbance, recoveryTimes, untilAllEnded } from '../support/recovery.ts';
import { assertAnswers, startTraffic, type Traffic } from '../support/traffic.ts';

const links = {
  'workflow to delivery': { from: 'workflow', setting: 'DELIVERY_URL', to: 'delivery' },
  'workflow to package': { from: 'workflow', setting: 'PACKAGE_URL', to: 'package' },
  'workflow to drone-scheduler': { from: 'workflow', setting: 'DRONE_SCHEDULER_URL', to: 'drone-scheduler' },
  'workflow to its tokens': { from: 'workflow', setting: 'TOKEN_URL', to: 'account' },
  'delivery to drone-scheduler': { from: 'delivery', setting: 'DRONE_SCHEDULER_URL', to: 'drone-scheduler' },
  'delivery to the keys': { from: 'delivery', setting: 'JWKS_URL', to: 'account' },
  'package to the keys': { from: 'package', setting: 'JWKS_URL', to: 'account' },
  'drone-scheduler to the keys': { from: 'drone-scheduler', setting: 'JWKS_URL', to: 'account' },
  'portal to delivery': { from: 'portal', setting: 'DELIVERY_URL', to: 'delivery' },
  'portal to package': { from: 'portal', setting: 'PACKAGE_URL', to: 'package' },
  'portal to drone-scheduler': { from: 'portal', setting: 'DRONE_SCHEDULER_URL', to: 'drone-scheduler' },
} as const;
export type LinkName = keyof typeof links;
export const linkNames = Object.keys(links) as LinkName[];

export interface DependencyCase {
  readonly faults: readonly (readonly [LinkName, Fault])[];
}

const limits = { timeoutMs: 60_000, intervalMs: 50 } as const;
/** The invoice needs three services; nothing else that a customer asks for goes over these links when keys are known. */
const allowedAnswers = ['invoice 503 unavailable', 'invoice 504 upstream-timeout'];
/** With a service that cannot verify tokens yet, whatever asks it has to wait. */
const withoutKeys = ['read 503 unavailable'];

export const nameOf = ({ faults }: DependencyCase) => faults.map(([link, fault]) => `${link}: ${fault}`).join(', ');

/** Each case disturbs links under traffic until the fault has been noticed, then heals them: whatever was accepted ends. */
export function dependencySuite(cases: readonly DependencyCase[]): void {
  let faulty: FaultySystem<LinkName>;
  let traffic: Traffic;
  const disturbances: Disturbance[] = [];
  before(async () => {
    const shortPauses = { TRANSIENT_DELAY_FIRST_MS: '1000', BREAKER_OPEN_MS: '1000' };
    // It asks the scheduler whenever there is no news for a moment, so that this link is in use.
    const curious = { SILENCE_MS: '200' };
    const settings = { workflow: shortPauses, delivery: curious };
    faulty = await startFaultySystem(links, { drones: 60, lockSeconds: 5, settings });
    traffic = startTraffic(faulty.running, { name: 'dependencies' });
    await traffic.more(3);
  });
  after(() => faulty[Symbol.asyncDispose]());

  for (const one of cases) {
    test(nameOf(one), async () => {
      const from = Date.now();
      try {
        await Promise.all(one.faults.map(([link, fault]) => faulty.links[link].fail(fault)));
        await restartUsersOf(one.faults.map(([link]) => link));
        await traffic.more(3);
        for (const [link, fault] of one.faults) await noticed(link, fault, from);
      } finally {
        await Promise.all(one.faults.map(([link]) => faulty.links[link].heal()));
      }
      const to = Date.now();
      disturbances.push({ what: nameOf(one), from, to });
      for (const [link, fault] of one.faults) if (opensBreaker(link, fault)) await breakerSays(link, 'closed', to);
      await traffic.more(2);
    });
  }

  test('whatever was accepted was delivered, and nobody saw more than a late invoice', async (t) => {
    await traffic.stop();
    const endings = await untilAllEnded(faulty.running, traffic);
    for (const line of recoveryTimes(endings, disturbances)) t.diagnostic(line);
    assertDelivered(endings);
    assertAnswers(traffic, [...allowedAnswers, ...withoutKeys]);
    await assertInvariants(faulty.running, [...traffic.accepted.keys()]);
    await assertNoDeadLetters(faulty.running);
  });

  /** Keys and tokens are kept for long: only a process that has just begun needs them at once. */
  const restartUsersOf = async (disturbed: readonly LinkName[]) => {
    const names = disturbed.map((link) => links[link]).filter(({ to }) => to === 'account');
    const users = names.map(({ from }) => faulty.running.system.process(from));
    const before = users.map(({ restarts }) => restarts);
    for (const user of users) user.kill('SIGKILL');
    const areUpAgain = () => users.every(({ restarts }, index) => restarts > (before[index] ?? 0));
    await eventually(areUpAgain, { ...limits, what: `the restart of ${users.map(({ name }) => name)}` });
    await faulty.running.system.ready();
  };

  const noticed = async (link: LinkName, fault: Fault, since: number) => {
    await eventually(() => faulty.links[link].struck > 0, { ...limits, what: `${link}: ${fault} to strike` });
    if (opensBreaker(link, fault)) await breakerSays(link, 'open', since);
  };

  const breakerSays = async (link: LinkName, state: 'open' | 'closed', since: number) => {
    const { from, to } = links[link];
    const isTold = () =>
      logLines(faulty.running, from, since).some(
        ({ msg, target }) => target === to && msg.startsWith(`breaker ${state}`),
      );
    await eventually(isTold, { ...limits, what: `${link}: the breaker to be ${state}` });
  };
}

/** Workflow calls often enough; two seconds are less than it waits for an answer. */
function opensBreaker(link: LinkName, fault: Fault): boolean {
  return links[link].from === 'workflow' && links[link].to !== 'account' && fault !== 'slow';
}
