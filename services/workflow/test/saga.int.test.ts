import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { cancel, create, nowPlan, reschedule, soon } from './messages.ts';
import { eventually, Surroundings } from './saga-harness.ts';

const minuteMs = 60_000;

suite('the saga over the broker', () => {
  let around: Surroundings;
  let workflow: Service;
  before(async () => {
    around = await Surroundings.start();
    workflow = await around.startWorkflow();
  });
  after(async () => {
    await workflow[Symbol.asyncDispose]();
    await around[Symbol.asyncDispose]();
  });

  const stage = (id: string) => around.world.deliveries.get(id)?.stage;
  const reason = (id: string) => around.world.deliveries.get(id)?.reason?.code;
  const mission = (id: string) => around.world.missions.get(id)?.state;

  test('a request becomes a delivery, a package and a flight', async () => {
    await around.send(create('happy'));
    await eventually(() => assert.equal(mission('happy'), 'Assigned'));
    await around.untilIdle();
    assert.equal(stage('happy'), 'Created');
    assert.equal(around.world.packages.get('p-happy'), '2');
  });

  test('what waits for its time is assigned then', async () => {
    await around.send(create('later', { plan: nowPlan({ pickupTime: soon(15 * minuteMs + 1500) }) }));
    await eventually(() => assert.equal(stage('later'), 'Created'));
    assert.equal(mission('later'), undefined);
    await eventually(() => assert.equal(mission('later'), 'Assigned'));
  });

  test('a drone that comes free takes what waits for one', async () => {
    around.world.dronesFree = 0;
    await around.send(create('waits'));
    await eventually(() => assert.equal(mission('waits'), 'Waiting'));
    around.world.dronesFree = Number.POSITIVE_INFINITY;
    await eventually(() => assert.equal(mission('waits'), 'Assigned'));
  });

  test('without any drone until the deadline the delivery fails, released first', async () => {
    around.world.dronesFree = 0;
    await around.send(create('hopeless', { plan: nowPlan({ deadline: soon(500) }) }));
    await eventually(() => assert.equal(stage('hopeless'), 'Failed'));
    around.world.dronesFree = Number.POSITIVE_INFINITY;
    assert.equal(reason('hopeless'), 'no-drone-before-deadline');
    assert.equal(mission('hopeless'), 'Released');
  });

  test('a permanent fault is undone', async () => {
    around.world.packages.set('p-heavy', '49');
    await around.send(create('heavy'));
    await eventually(() => assert.equal(stage('heavy'), 'Failed'));
    assert.equal(reason('heavy'), 'package-fixed');
    assert.ok(around.world.tombstones.has('heavy'));
  });

  test('a cancel ends a delivery, before its drone comes and before its create', async () => {
    await around.send(create('off'));
    await eventually(() => assert.equal(mission('off'), 'Assigned'));
    await around.send(cancel('off'));
    await around.send(cancel('never'));
    await eventually(() => assert.deepEqual([stage('off'), stage('never')], ['Cancelled', 'Cancelled']));
    await around.send(create('never'));
    await around.untilIdle();
    assert.deepEqual([stage('never'), mission('never')], ['Cancelled', undefined]);
  });

  test('a cancel in flight is refused, which the history tells', async () => {
    await around.send(create('flying'));
    await eventually(() => assert.equal(mission('flying'), 'Assigned'));
    around.world.missions.set('flying', { ...around.world.mission('flying'), state: 'EnRouteToDropoff' });
    await around.send(cancel('flying'));
    await eventually(() => assert.equal(around.world.refusals.at(-1)?.requestId, 'cancel-flying'));
    assert.equal(around.world.refusals.at(-1)?.code, 'parcel-on-board');
    assert.equal(stage('flying'), 'Created');
  });

  test('a reschedule is applied, also when it overtakes its create', async () => {
    const deadline = soon(90 * minuteMs);
    const away = { kind: 'refuse', code: 'unavailable' } as const;
    around.world.script('putDelivery', away, away);
    await around.send(create('moved'));
    await around.send(reschedule('moved', { deadline }));
    await eventually(() => assert.equal(around.world.deliveries.get('moved')?.deadline, deadline));
    await around.untilIdle();
    assert.equal(mission('moved'), 'Assigned');
    assert.ok(around.world.calls.some((one) => one.name === 'getDelivery' && one.deliveryId === 'moved'));
  });

  test('one trace goes from the message through its copies to every call', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const away = { kind: 'refuse', code: 'unavailable' } as const;
    around.world.script('putDroneDelivery', away, away);
    await around.send(create('traced'), `00-${traceId}-00f067aa0ba902b7-01`);
    await eventually(() => assert.equal(mission('traced'), 'Assigned'));
    const calls = around.world.calls.filter(({ deliveryId }) => deliveryId.endsWith('traced'));
    assert.ok(calls.length >= 6, `${calls.length} calls`);
    for (const { traceparent } of calls) assert.match(traceparent ?? '', new RegExp(`^00-${traceId}-`));
  });

  test('a stop finishes what is in hand: nothing is begun twice', async () => {
    await workflow[Symbol.asyncDispose]();
    const ids = Array.from({ length: 200 }, (_, index) => `stop-${index}`);
    await Promise.all(ids.map((id) => around.send(create(id))));
    const stopped = await around.startWorkflow({ CONCURRENCY: '4' });
    await eventually(() => assert.ok(around.world.missions.has('stop-9')));
    await stopped[Symbol.asyncDispose]();
    const left = await around.peekAll({ queue: 'delivery-requests' });
    assert.ok(left.length > 0 && left.length < ids.length, `${left.length} left`);
    workflow = await around.startWorkflow();
    await around.untilIdle();
    for (const id of ids) {
      const puts = around.world.calls.filter(
        ({ name, deliveryId }) => name === 'putDroneDelivery' && deliveryId === id,
      );
      assert.equal(puts.length, 1, `${id} was put ${puts.length} times`);
    }
  });

  test('a message that is no request is a dead letter that says why', async () => {
    await around.bus.sender('delivery-requests').send({ messageId: 'nonsense', body: '{"kind":"create"}' });
    await eventually(async () => {
      const letters = await around.peekAll({ queue: 'delivery-requests', deadLetters: true });
      const letter = letters.find(({ messageId }) => messageId === 'nonsense');
      assert.equal(letter?.deadLetterReason, 'unreadable');
      assert.match(letter?.deadLetterDescription ?? '', /deliveryId/);
    });
  });
});
