import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@dronedelivery/testing';
import { assertInvariants } from '../support/assert-invariants.ts';
import { validationRequest } from '../support/deliveries.ts';
import { type HalfSent, sendHalf } from '../support/half-sent.ts';
import { logLines } from '../support/process-log.ts';
import { assertDelivered, type Disturbance, recoveryTimes, untilAllEnded } from '../support/recovery.ts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';
import { answersSince, assertAnswers, startTraffic, type Traffic } from '../support/traffic.ts';

/** What customers may notice of each stop: that nobody listens at the one address that there is. */
const noticed: Readonly<Record<string, readonly string[]>> = {
  account: [],
  package: ['invoice 503 unavailable'],
  delivery: ['read 503 unavailable', 'invoice 503 unavailable'],
  'drone-scheduler': [],
  'drone-scheduler-2': [],
  supervisor: [],
  workflow: [],
  'workflow-2': [],
  ingestion: ['create 503 unavailable'],
  portal: ['invoice 503 unavailable'],
  edge: ['create none', 'read none', 'invoice none'],
  simulator: [],
  // Last, since what it could not settle comes again for a while.
  broker: ['create 503 outcome-unknown'],
};

interface InFlight {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
}

const request: InFlight = { method: 'POST', path: '/v1/deliveryrequests', body: validationRequest(), status: 202 };
const patch: InFlight = { method: 'PATCH', path: '/v1/drones/none', body: { state: 'InService' }, status: 404 };
const emailAddress = 'late@example.org';
/** What each has received by half when it is told to stop, and how that is answered nevertheless. */
const inFlight: Readonly<Record<string, InFlight>> = {
  account: { method: 'POST', path: '/v1/businesses', body: { name: 'Late' }, status: 201 },
  package: { method: 'PUT', path: '/v1/packages/late', body: { size: 'Small', weight: 1 }, status: 201 },
  delivery: { method: 'POST', path: '/v1/deliveries/none/notifymerequests', body: { emailAddress }, status: 404 },
  'drone-scheduler': patch,
  'drone-scheduler-2': patch,
  ingestion: request,
  edge: request,
};

const receivers = ['workflow', 'workflow-2', 'delivery'];
const waiting = { timeoutMs: 60_000 } as const;

suite('processes told to stop under traffic', () => {
  let running: TestSystem;
  let traffic: Traffic;
  const disturbances: Disturbance[] = [];
  before(async () => {
    running = await startTestSystem({ drones: 60, replicas: { workflow: 2, 'drone-scheduler': 2 }, lockSeconds: 10 });
    traffic = startTraffic(running, { name: 'stops', pauseMs: 100 });
    await traffic.more(10);
  });
  after(() => running[Symbol.asyncDispose]());

  for (const [victim, allowed] of Object.entries(noticed)) {
    test(`${victim} ends well, and nobody suffers for it`, async () => {
      const from = Date.now();
      const answersBefore = new Map(traffic.answers);
      const stopped = running.system.process(victim);
      const { restarts } = stopped;
      using late = await halfSentTo(running, victim);
      stopped.kill('SIGTERM');
      if (late !== undefined) {
        await eventually(() => isStopping(running, victim, from), { ...waiting, what: `the stop of ${victim}` });
        assert.equal(await late.finish(), inFlight[victim]?.status);
      }
      await eventually(() => stopped.restarts > restarts, { ...waiting, what: `the restart of ${victim}` });
      assert.equal(stopped.lastEnd, 'exit code 0');
      await running.system.ready();
      await traffic.more(4);
      await traffic.wellAgain();
      disturbances.push({ what: victim, from, to: Date.now() });
      assertAnswers(answersSince(traffic, answersBefore), allowed);
      if (victim !== 'broker') assert.deepEqual(handledTwice(running, from), []);
    });
  }

  test('whatever was accepted was delivered', async (t) => {
    await traffic.stop();
    const endings = await untilAllEnded(running, traffic);
    for (const line of recoveryTimes(endings, disturbances)) t.diagnostic(line);
    assertDelivered(endings);
    await assertInvariants(running, [...traffic.accepted.keys()]);
  });
});

/** @returns undefined where nobody sends the process anything that takes a while. */
async function halfSentTo(running: TestSystem, victim: string): Promise<HalfSent | undefined> {
  const late = inFlight[victim];
  if (late === undefined) return undefined;
  const { edgeUrl, services } = running.system.info;
  const token = await (late === patch ? running.operator : running.customer).token();
  return sendHalf({ ...late, base: services[victim]?.url ?? edgeUrl, token });
}

function isStopping(running: TestSystem, victim: string, since: number): boolean {
  return logLines(running, victim, since).some(({ msg }) => msg === 'stopping');
}

/** Messages that were dealt with, but could not be settled, and those that came again for it. */
function handledTwice(running: TestSystem, since: number): unknown[] {
  return receivers
    .flatMap((name) => logLines(running, name, since))
    .filter(({ msg, outcome }) => /will be delivered again$/.test(msg) || outcome === 'ended-before');
}
