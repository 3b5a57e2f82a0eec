import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { queues } from '@dronedelivery/contracts';
import { systemClock } from '@dronedelivery/service-kit/clock';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { complete, connectServiceBus } from '@dronedelivery/service-kit/servicebus';
import { seededRandom } from '@dronedelivery/testing';
import { httpDependencies } from '../src/adapters/http/dependencies.ts';
import { createServiceClients } from '../src/adapters/http/service-clients.ts';
import { readRequest } from '../src/adapters/servicebus/request-message.ts';
import { createSendCopy } from '../src/adapters/servicebus/send-copy.ts';
import { createHandleRequest } from '../src/app/handle-request.ts';
import { policyOf, readConfig } from '../src/config.ts';
import { cancel, create, deliveryOf, nowPlan, reschedule, soon } from './messages.ts';
import { eventually, Surroundings } from './saga-harness.ts';

/** Calls that hang cost this much each. */
const impatient = { CALL_TIMEOUT_MS: '300' };
const unavailable = { kind: 'refuse', code: 'unavailable' } as const;

suite('the saga under faults', () => {
  let around: Surroundings;
  before(async () => {
    around = await Surroundings.start();
  });
  after(() => around[Symbol.asyncDispose]());

  const requestQueue = () => around.emulator.status().entities.find(({ name }) => name === queues.deliveryRequests);
  const assigned = () => [...around.world.missions.values()].filter(({ state }) => state === 'Assigned').length;

  test('a crash between the copy and the completion leaves one delivery', async () => {
    around.world.script('putDroneDelivery', unavailable, unavailable);
    await around.send(create('crash'));
    await handleAndCrash(around);
    const { active = 0, scheduled = 0 } = requestQueue() ?? {};
    // On a slow machine the copy is due by now.
    assert.equal(active + scheduled, 2, 'the original is still there, locked, and so is its copy');
    await using workflow = await around.startWorkflow();
    assert.ok(workflow.url);
    await around.untilIdle();
    assert.equal(around.world.missions.get('crash')?.state, 'Assigned');
    assert.equal(requestQueue()?.deadLettered, 0);
  });

  test('a crashed change whose copies were given up meanwhile still finds a drone', async () => {
    around.world.dronesFree = 0;
    await around.send(reschedule('late', { deadline: soon(60_000) }));
    await handleAndCrash(around);
    await using workflow = await around.startWorkflow({ BEFORE_CREATE_TRIES_MAX: '1' });
    assert.ok(workflow.url);
    // The copy finds no delivery and ends; the original comes back when its lock has run out.
    await eventually(() => {
      const looks = around.world.calls.filter(({ deliveryId }) => deliveryId === 'late').length;
      assert.deepEqual([looks, requestQueue()?.scheduled, requestQueue()?.active], [2, 0, 1]);
    });
    around.world.putDelivery('late', deliveryOf('late'));
    await eventually(() => assert.equal(around.world.missions.get('late')?.state, 'Waiting'));
    around.world.dronesFree = Number.POSITIVE_INFINITY;
    await eventually(() => assert.equal(around.world.missions.get('late')?.state, 'Assigned'));
  });

  test('while a breaker is open the queue keeps the messages, and afterwards all are handled', async () => {
    const count = 300;
    around.world.faultOf = (name) => (name === 'putDroneDelivery' ? unavailable : undefined);
    const slow = { TRANSIENT_DELAY_FIRST_MS: '2000', TRANSIENT_DELAY_MAX_MS: '2000', BREAKER_OPEN_MS: '400' };
    await using workflow = await around.startWorkflow({ ...slow, CONCURRENCY: '8' });
    assert.ok(workflow.url);
    const before = assigned();
    for (let index = 0; index < count; index++) void around.send(create(`breaker-${index}`));
    await eventually(() => assert.ok((requestQueue()?.scheduled ?? 0) > 0));
    await new Promise((resolve) => systemClock.setTimer(() => resolve(undefined), 1500));
    const copies = requestQueue()?.scheduled ?? 0;
    assert.ok(copies < count / 2, `${copies} of ${count} became copies`);
    around.world.faultOf = () => undefined;
    await around.untilIdle();
    assert.equal(assigned() - before, count);
    assert.equal(requestQueue()?.deadLettered, 0);
  });

  test('a thousand requests among random faults and crashing replicas end once each', async () => {
    const random = seededRandom(4);
    const faults = [
      ...Array.from({ length: 12 }, () => unavailable),
      ...Array.from({ length: 6 }, () => ({ kind: 'refuse-after', code: 'internal' }) as const),
      { kind: 'hang' } as const,
    ];
    around.world.faultOf = () => (random() < 0.12 ? faults[random.integer(0, faults.length - 1)] : undefined);
    around.world.dronesFree = 600;
    const bound = assigned();
    const ids = Array.from({ length: 1000 }, (_, index) => `mix-${index}`);
    const cancelled = new Set(ids.filter(() => random() < 0.2));
    const moved = new Set(ids.filter(() => random() < 0.2));
    await using steady = await around.startWorkflow(impatient);
    assert.ok(steady.url);
    const crashing = crashRepeatedly(around, 4);
    const deadline = soon(12_000);
    await Promise.all(
      ids.map(async (id) => {
        await around.send(create(id, { plan: nowPlan({ deadline }) }));
        if (moved.has(id)) await around.send(reschedule(id, { deadline: soon(14_000) }));
        if (cancelled.has(id)) await around.send(cancel(id));
      }),
    );
    await crashing;
    await around.untilIdle(150_000);
    around.world.faultOf = () => undefined;
    assert.equal(requestQueue()?.deadLettered, 0);
    checkEndings(around, ids, cancelled);
    assert.ok(assigned() - bound <= 600);
  });
});

/** Does all that a handling does up to the settlement, then is gone: the lock has to run out. */
async function handleAndCrash(around: Surroundings): Promise<void> {
  const config = readConfig(around.environment());
  const clients = createServiceClients(config, silentLogger);
  const bus = await connectServiceBus({ connectionString: around.emulator.connectionString });
  const handleRequest = createHandleRequest({
    dependencies: httpDependencies(clients),
    sendCopy: createSendCopy(bus, systemClock),
    now: Date.now,
    random: () => 0,
    policy: { ...policyOf(config), transientDelay: { firstMs: 1000, maxMs: 1000 } },
    events: { taken: () => {}, handled: () => {} },
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const crashed = Promise.withResolvers<void>();
  const receiver = bus.receive({
    from: { queue: queues.deliveryRequests },
    concurrencyMax: 1,
    drainLimitMs: 0,
    logger: silentLogger,
    handler: async (received, { signal }) => {
      const read = readRequest(received);
      assert.ok(read.ok);
      await handleRequest(read.request, signal);
      resolve();
      await crashed.promise;
      return complete;
    },
  });
  await promise;
  await receiver.close();
  await bus.close();
  await clients[Symbol.asyncDispose]();
  crashed.resolve();
}

/** A second replica, a process of its own, that is killed again and again with its hands full. */
async function crashRepeatedly(around: Surroundings, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    const env = { ...process.env, ...around.environment(impatient) };
    const replica = fork(path.join(import.meta.dirname, '../src/main.ts'), {
      env,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const exited = once(replica, 'exit');
    await once(replica, 'message');
    await new Promise((resolve) => systemClock.setTimer(() => resolve(undefined), 500));
    replica.kill('SIGKILL');
    await exited;
  }
}

function checkEndings({ world }: Surroundings, ids: readonly string[], cancelled: ReadonlySet<string>): void {
  for (const id of ids) {
    const stage = world.deliveries.get(id)?.stage;
    const mission = world.missions.get(id)?.state;
    const endings = world.endings.filter(({ deliveryId }) => deliveryId === id);
    const calls = world.calls.filter(({ deliveryId }) => deliveryId === id).map(({ name }) => name);
    const where = `${id}: ${stage}, ${mission}, ${JSON.stringify(endings)}, ${calls}`;
    if (stage === 'Cancelled' || stage === 'Failed') {
      assert.equal(endings.length, 1, where);
      assert.notEqual(mission, 'Assigned', where);
      assert.ok(stage === 'Failed' || cancelled.has(id), where);
    } else {
      assert.equal(mission, 'Assigned', where);
      assert.ok(!cancelled.has(id), where);
      assert.equal(endings.length, 0, where);
    }
  }
}
