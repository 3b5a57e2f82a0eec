import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Delivery } from '@dronedelivery/contracts';
import { eventually } from '@dronedelivery/testing';
import { assertInvariants } from '../support/assert-invariants.ts';
import { finalStages, validationRequest } from '../support/deliveries.ts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';

const victims = [
  ...['broker', 'account', 'package', 'delivery', 'drone-scheduler', 'drone-scheduler-2', 'supervisor'],
  ...['workflow', 'workflow-2', 'ingestion', 'portal', 'edge', 'simulator'],
] as const;
const requestPauseMs = 200;
const answerLimitMs = 30_000;
const endLimitMs = 90_000;

suite('processes killed under traffic', () => {
  let running: TestSystem;
  before(async () => {
    running = await startTestSystem({ drones: 40, replicas: { workflow: 2, 'drone-scheduler': 2 } });
    await running.customer.token();
  });
  after(() => running[Symbol.asyncDispose]());

  for (const victim of victims) {
    test(`${victim} is killed: whatever was accepted ends`, async (t) => {
      const traffic = startTraffic(running, victim);
      await eventually(() => traffic.accepted.size >= 2, { timeoutMs: answerLimitMs, what: 'traffic' });
      const killedAt = performance.now();
      running.system.process(victim).kill('SIGKILL');
      await eventually(() => running.system.process(victim).listeningAfterMs === undefined, { what: 'the kill' });
      await running.system.ready();
      const enough = traffic.accepted.size + 3;
      await eventually(() => traffic.accepted.size >= enough, { timeoutMs: answerLimitMs, what: 'traffic afterwards' });
      await traffic.stop();
      const stages = await untilEnded(running, traffic.accepted);
      t.diagnostic(`all ${stages.length} ended ${((performance.now() - killedAt) / 1000).toFixed(1)} s after the kill`);
      assert.deepEqual(new Set(stages), new Set(['Completed']));
      await assertInvariants(running, [...traffic.accepted]);
    });
  }

  test('no dead letter was left behind', async () => {
    const { body } = await running.operator.request('GET', '/v1/deadletters');
    assert.deepEqual(body.items, []);
  });
});

/** Requests deliveries one after the other; each is repeated with its key until it is accepted. */
function startTraffic({ customer }: TestSystem, name: string) {
  const accepted = new Set<string>();
  let isStopping = false;
  const request = async (key: string) => {
    const body = validationRequest({ packageInfo: { size: 'Small', weight: 1 } });
    const answer = await customer.request('POST', '/v1/deliveryrequests', body, { 'idempotency-key': key });
    assert.ok(answer.status === 202 || answer.status === 503, `${answer.status} ${JSON.stringify(answer.body)}`);
    if (answer.status === 202) accepted.add(answer.body.deliveryId);
    return answer.status === 202;
  };
  const repeated = (key: string) =>
    eventually(() => request(key), { timeoutMs: answerLimitMs, intervalMs: 100, what: key });
  const running = (async () => {
    for (let n = 0; !isStopping; n++) {
      await repeated(`${name}-${n}`);
      await delay(requestPauseMs);
    }
  })();
  return {
    accepted: accepted as ReadonlySet<string>,
    stop: () => {
      isStopping = true;
      return running;
    },
  };
}

async function untilEnded({ customer }: TestSystem, ids: ReadonlySet<string>): Promise<Delivery['stage'][]> {
  const ended = new Map<string, Delivery['stage']>();
  const poll = async () => {
    for (const id of ids) {
      if (ended.has(id)) continue;
      const { status, body } = await customer.request('GET', `/v1/deliveries/${id}`);
      if (status === 200 && finalStages.includes(body.stage)) ended.set(id, body.stage);
    }
    return ended.size === ids.size;
  };
  await eventually(poll, { timeoutMs: endLimitMs, intervalMs: 200, what: `the end of ${ids.size} deliveries` });
  return [...ended.values()];
}
