import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DroneDelivery, PutDroneDelivery } from '@dronedelivery/contracts';
import { minuteMs, place, putBody } from './builders.ts';
import { openFleet, type Reply, type Scheduler, surroundings } from './harness.ts';
import { Pilot } from './pilot.ts';

const later = (minutes: number) => new Date(Date.now() + minutes * minuteMs).toISOString();
const inAnHour = () => ({ pickupTime: later(60), deadline: later(180) });

/** Status, and the state or the code of the problem. */
function told({ status, body }: Reply): readonly [number, string] {
  const { state, type } = body as { state?: string; type?: string };
  return [status, state ?? type?.split(':').at(-1) ?? ''];
}

function asking(scheduler: Scheduler, deliveryId = 'd1') {
  return async (sequence: string, fields: Partial<PutDroneDelivery> = {}) =>
    told(await scheduler.put(deliveryId, putBody(sequence, fields)));
}

test('a plan is decided by its sequence', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1']);
  const ask = asking(scheduler);
  assert.deepEqual(await ask('10'), [201, 'Assigned']);
  assert.deepEqual(await ask('10'), [200, 'Assigned']);
  assert.deepEqual(await ask('9'), [409, 'plan-superseded']);
  assert.deepEqual(await ask('11', { dropOff: place(500, 500) }), [200, 'Assigned']);
  assert.deepEqual(await ask('10'), [409, 'plan-superseded']);
  const { body } = await scheduler.put('d1', putBody('11'));
  assert.deepEqual([body.revision, body.requestSequence], [2, '11']);
});

test('many plans in one call: no drone twice, and each delivery with an outcome of its own', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1', 'drone-2']);
  const item = (id: string, businessId: string, fields: Partial<PutDroneDelivery> = {}) => {
    return { id, businessId, body: putBody('1', fields) };
  };
  const items = [
    item('d1', 'fabrikam'),
    item('d1', 'other'),
    item('d2', 'fabrikam'),
    item('d3', 'fabrikam', { weightKg: 13 }),
    item('d4', 'fabrikam', inAnHour()),
  ];
  const saga = world.issuer.service('workflow');
  const put = async () => {
    const { status, body } = await scheduler.call(saga, 'PUT', '/v1/dronedeliveries', { items });
    assert.equal(status, 200);
    type Result = { status: number; gain?: { state: string }; problem?: { type: string } };
    return (body as { results: Result[] }).results.map(({ status: one, gain, problem }) => {
      return [one, gain?.state ?? problem?.type.split(':').at(-1)];
    });
  };
  const waiting = [409, 'no-drone-available'];
  const rest = [waiting, [422, 'no-feasible-drone'], [200, 'Deferred']];
  assert.deepEqual(await put(), [[201, 'Assigned'], [201, 'Assigned'], ...rest]);
  assert.deepEqual(await put(), [[200, 'Assigned'], [200, 'Assigned'], ...rest]);
  const { body } = await scheduler.call(world.issuer.operator(), 'GET', '/v1/dronedeliveries?state=Assigned');
  const bound = (body as { items: DroneDelivery[] }).items.map(({ businessId, droneId }) => [businessId, droneId]);
  assert.deepEqual(new Set(bound.map(([, droneId]) => droneId)).size, 2);
  assert.deepEqual(bound.map(([of]) => of).sort(), ['fabrikam', 'other']);
});

test('no drone free: the delivery waits, and is served when one is', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  const ask = asking(scheduler);
  assert.deepEqual(await ask('1'), [409, 'no-drone-available']);
  await openFleet(scheduler, world.issuer, []);
  assert.deepEqual(await ask('1'), [409, 'no-drone-available']);
  await openFleet(scheduler, world.issuer, ['drone-1']);
  assert.deepEqual(await ask('1'), [201, 'Assigned']);
});

test('what no drone can ever do is refused at once', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1']);
  const ask = asking(scheduler);
  assert.deepEqual(await ask('1', { weightKg: 13 }), [422, 'no-feasible-drone']);
  assert.deepEqual(await ask('1', { packageSize: 'Large' }), [422, 'no-feasible-drone']);
  assert.deepEqual(await ask('1', { dropOff: place(90_000, 0) }), [422, 'no-feasible-drone']);
  assert.deepEqual(await ask('1', { ...inAnHour(), weightKg: 13 }), [422, 'no-feasible-drone']);
  assert.deepEqual(await ask('1', { deadline: later(0.2) }), [409, 'no-drone-available']);
});

test('a pickup far ahead binds no drone yet, and lets go of one', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1']);
  const ask = asking(scheduler);
  assert.deepEqual(await ask('1', inAnHour()), [200, 'Deferred']);
  assert.deepEqual(await ask('1', inAnHour()), [200, 'Deferred']);
  assert.deepEqual(await ask('2'), [201, 'Assigned']);
  const plan = inAnHour();
  const { body } = await scheduler.put('d1', putBody('3', plan));
  assert.deepEqual([body.state, body.droneId], ['Deferred', null]);
  assert.equal(Date.parse(body.assignAt ?? ''), Date.parse(plan.pickupTime) - 15 * minuteMs);
  const pilot = new Pilot(scheduler, world.issuer, 'drone-1');
  await pilot.report('Idle');
  await pilot.report('Idle');
  assert.deepEqual(await asking(scheduler, 'd2')('4'), [201, 'Assigned']);
});

test('a new plan that no drone can fly leaves the old one', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1']);
  const ask = asking(scheduler);
  await ask('1');
  assert.deepEqual(await ask('2', { deadline: later(0.2) }), [409, 'conflict']);
  const path = '/v1/dronedeliveries/d1?businessId=fabrikam';
  const { body } = await scheduler.call(world.issuer.service('delivery'), 'GET', path);
  const record = body as DroneDelivery;
  assert.deepEqual([record.state, record.requestSequence, record.revision], ['Assigned', '1', 1]);
});

test('a new plan that only another drone can fly changes the drone', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1', 'drone-2']);
  const first = await scheduler.put('d1', putBody('1'));
  const pilot = new Pilot(scheduler, world.issuer, first.body.droneId ?? '');
  await pilot.report('Idle', { stateOfChargePercent: 25 });
  const second = await scheduler.put('d1', putBody('2', { dropOff: place(1000, 4000) }));
  assert.equal(second.status, 201);
  assert.notEqual(second.body.droneId, first.body.droneId);
  assert.equal(second.body.revision, 2);
  const [command] = (await pilot.report('Idle', { stateOfChargePercent: 25 })).commands;
  assert.equal(command?.kind, 'ReturnToStation');
});
