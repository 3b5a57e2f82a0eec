import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Delivery, Problem } from '@dronedelivery/contracts';
import type { ApiAnswer, Page } from '@dronedelivery/local/api-client';
import { eventually } from '@dronedelivery/testing';
import { assertInvariants } from '../support/assert-invariants.ts';
import { brokerFaults } from '../support/broker-faults.ts';
import { fillStore } from '../support/full-store.ts';
import { assertNoDeadLetters } from '../support/no-dead-letters.ts';
import { logLines } from '../support/process-log.ts';
import { assertDelivered, type Disturbance, recoveryTimes, untilAllEnded } from '../support/recovery.ts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';
import { answersSince, assertAnswers, startTraffic, type Traffic } from '../support/traffic.ts';

const bytesMax = 4 * 1024 * 1024;
const bounded = { STORE_BYTES_MAX: String(bytesMax) };
const waiting = { timeoutMs: 30_000, intervalMs: 5 } as const;
const unknown = 'create 503 outcome-unknown';

interface Write {
  /** Writes the n-th of many things. */
  readonly write: (running: TestSystem, n: number) => Promise<ApiAnswer>;
  /** What was refused must not be there. */
  readonly read?: (running: TestSystem, n: number) => Promise<ApiAnswer>;
}

/** A write to each store that a client can ask for. */
const writes: Readonly<Record<string, Write>> = {
  account: {
    write: ({ customer }, n) => customer.request('POST', '/v1/users', { userId: `full-${n}`, name: 'x'.repeat(100) }),
    read: ({ customer }, n) => customer.request('GET', `/v1/users/full-${n}`),
  },
  package: {
    write: ({ customer }, n) =>
      customer.request('PUT', `/v1/packages/full-${n}`, { size: 'Small', weight: 1, tag: 'x'.repeat(60) }),
    read: ({ customer }, n) => customer.request('GET', `/v1/packages/full-${n}`),
  },
  delivery: {
    write: async ({ customer }, n) => {
      const { body } = await customer.request<Page<Delivery>>('GET', '/v1/deliveries?limit=1');
      const emailAddress = `someone-${n}@example.org`;
      return customer.request('POST', `/v1/deliveries/${body.items[0]?.id}/notifymerequests`, { emailAddress });
    },
  },
  'drone-scheduler': {
    // Too far away to be anybody's way home.
    write: ({ operator }, n) => {
      const stationId = `full-${n}`;
      const location = { latitude: -47, longitude: 10, altitude: 0 };
      return operator.request('PUT', `/v1/stations/${stationId}`, { stationId, location, chargers: 1 });
    },
  },
};

suite('stores that are full for a while', () => {
  let running: TestSystem;
  let traffic: Traffic;
  const disturbances: Disturbance[] = [];
  before(async () => {
    running = await startTestSystem({
      drones: 40,
      lockSeconds: 10,
      brokerFaults: true,
      settings: {
        account: bounded,
        package: bounded,
        delivery: bounded,
        'drone-scheduler': bounded,
        workflow: { TRANSIENT_DELAY_FIRST_MS: '1000', BREAKER_OPEN_MS: '1000' },
      },
    });
    traffic = startTraffic(running, { name: 'full' });
    await traffic.more(3);
  });
  after(() => running[Symbol.asyncDispose]());

  for (const [service, { write, read }] of Object.entries(writes)) {
    test(`${service}: writes are refused, reads go on, nothing is half-written, and there is an alarm`, async () => {
      const from = Date.now();
      const answersBefore = new Map(traffic.answers);
      let written = 0;
      {
        using _full = fillStore(running, service, bytesMax);
        const isRefused = async () => {
          const answer = await write(running, ++written);
          assert.ok(answer.status < 300 || answer.status === 503, JSON.stringify(answer.body));
          return answer.status === 503 && answer;
        };
        const refusal = await eventually(isRefused, { ...waiting, what: `a refusal of ${service}` });
        assert.match((refusal.body as Problem).type, /:unavailable$/);
        assert.ok(refusal.headers.get('retry-after') !== null);
        if (read !== undefined) assert.equal((await read(running, written)).status, 404);
        // The line comes by a pipe, behind the answer.
        const says = () => logLines(running, service, from).some(({ msg }) => msg === 'the store refuses writes');
        await eventually(says, { ...waiting, what: 'a line in the log' });
        await traffic.more(3);
      }
      disturbances.push({ what: `full store of ${service}`, from, to: Date.now() });
      const isTaken = async () => (await write(running, ++written)).status < 300;
      await eventually(isTaken, { ...waiting, what: `${service} to take writes again` });
      await traffic.wellAgain();
      assertAnswers(answersSince(traffic, answersBefore));
    });
  }

  test('broker: requests are refused in time, and go on when there is room', async () => {
    const from = Date.now();
    const refusedBefore = traffic.answers.get(unknown) ?? 0;
    const faults = brokerFaults(running);
    await faults.set([{ kind: 'disk-full', entity: '*' }]);
    const isRefused = () => (traffic.answers.get(unknown) ?? 0) > refusedBefore;
    await eventually(isRefused, { ...waiting, what: 'a refused request' });
    await faults.clear();
    disturbances.push({ what: 'full store of the broker', from, to: Date.now() });
    await traffic.more(3);
  });

  test('whatever was accepted was delivered', async (t) => {
    await traffic.stop();
    const endings = await untilAllEnded(running, traffic);
    for (const line of recoveryTimes(endings, disturbances)) t.diagnostic(line);
    assertDelivered(endings);
    assertAnswers(traffic, [unknown]);
    await assertInvariants(running, [...traffic.accepted.keys()]);
    await assertNoDeadLetters(running);
  });
});
