import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drone, DroneDelivery, DroneUtilization, TelemetryAnswer } from '@dronedelivery/contracts';
import { eventually } from '@dronedelivery/testing';
import { putBody } from './builders.ts';
import { openFleet, surroundings } from './harness.ts';
import { Pilot } from './pilot.ts';

const path = '/v1/dronedeliveries/d1?businessId=fabrikam';

test('a mission from the request to the drop-off', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1']);
  const pilot = new Pilot(scheduler, world.issuer, 'drone-1');

  const put = await scheduler.put('d1', putBody('1'));
  assert.equal(put.status, 201);
  assert.equal(put.body.state, 'Assigned');

  const first = await pilot.report('Idle');
  assert.deepEqual(
    first.commands.map(({ kind, missionId }) => [kind, missionId]),
    [['FlyMission', put.body.missionId]],
  );
  for (const activity of ['EnRouteToPickup', 'EnRouteToPickup', 'Loading', 'EnRouteToDropoff', 'Unloading'] as const) {
    assert.deepEqual((await pilot.report(activity)).commands, []);
  }
  await pilot.report('Returning');

  const kinds = ['assigned', 'departed', 'picked-up', 'delivered'];
  await eventually(() => world.missionEvents.length >= kinds.length);
  assert.deepEqual(
    world.missionEvents.map(({ kind }) => kind),
    kinds,
  );
  assert.ok(world.missionEvents[0]?.plan !== null);
  assert.equal(new Set(world.traceparents.map((traceparent) => traceparent?.split('-')[1])).size, 1);
  await eventually(() => world.positions.length > 0, { what: 'positions' });
  assert.equal(world.positions[0]?.deliveryId, 'd1');

  const { body } = await scheduler.call(world.issuer.service('delivery'), 'GET', path);
  assert.equal((body as DroneDelivery).state, 'Delivered');
  const usagePath = `/v1/dronedeliveries/utilization?ownerId=owner-1&year=${new Date().getUTCFullYear()}&month=${new Date().getUTCMonth() + 1}`;
  const usage = (await scheduler.call(world.issuer.shipper('fabrikam'), 'GET', usagePath)).body as DroneUtilization;
  assert.equal(usage.missions, 1);
  assert.ok(Math.abs(usage.traveledMiles - 50 / 1609.344) < 0.0005, String(usage.traveledMiles));
  const other = (await scheduler.call(world.issuer.shipper('contoso'), 'GET', usagePath)).body as DroneUtilization;
  assert.equal(other.missions, 0);
});

test('a command is repeated until its revision is echoed, also to a restarted gateway', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1']);
  const pilot = new Pilot(scheduler, world.issuer, 'drone-1');
  const { body } = await scheduler.put('d1', putBody('1'));
  assert.equal((await pilot.send([pilot.reportOf('Idle')])).commands.length, 1);
  assert.equal((await pilot.send([pilot.reportOf('Idle')])).commands.length, 1);
  const page = await scheduler.call(world.issuer.drone('drone-*'), 'GET', '/v1/drones');
  const [drone] = (page.body as { items: Drone[] }).items;
  assert.equal(drone?.command?.missionId, body.missionId);
  await pilot.report('Idle');
  assert.equal((await pilot.report('Idle')).commands.length, 0);

  const replanned = await scheduler.put('d1', putBody('2', { dropOff: { latitude: 47.62, longitude: -122.31 } }));
  assert.deepEqual([replanned.status, replanned.body.revision], [200, 2]);
  assert.equal(replanned.body.missionId, body.missionId);
  const [command] = (await pilot.report('Idle')).commands;
  assert.equal(command?.revision, 2);
  assert.equal((await pilot.report('Idle')).commands.length, 0);
});

test('a released drone is told to return, and is free once it has confirmed', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1']);
  const pilot = new Pilot(scheduler, world.issuer, 'drone-1');
  await scheduler.put('d1', putBody('1'));
  await pilot.report('Idle');
  await pilot.report('EnRouteToPickup');
  const saga = world.issuer.service('workflow');
  assert.equal((await scheduler.call(saga, 'DELETE', path)).status, 204);
  assert.equal((await scheduler.call(saga, 'DELETE', path)).status, 204);
  assert.equal((await scheduler.put('d1', putBody('2'))).status, 409);
  assert.equal((await scheduler.put('d2', putBody('3'))).status, 409);
  const told: TelemetryAnswer = await pilot.report('EnRouteToPickup');
  assert.deepEqual(
    told.commands.map(({ kind }) => kind),
    ['ReturnToStation'],
  );
  assert.deepEqual((await pilot.report('Returning')).commands, []);
  assert.equal((await scheduler.put('d2', putBody('3'))).status, 201);
  await eventually(() => world.missionEvents.length === 4);
  assert.deepEqual(
    world.missionEvents.map(({ kind }) => kind),
    ['assigned', 'departed', 'released', 'assigned'],
  );
});

test('with the parcel on board nothing is released or replanned', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1']);
  const pilot = new Pilot(scheduler, world.issuer, 'drone-1');
  await scheduler.put('d1', putBody('5'));
  await pilot.report('Idle');
  await pilot.report('EnRouteToDropoff');
  const codeOf = ({ body }: { body: unknown }) => (body as { type: string }).type.split(':').at(-1);
  assert.equal(codeOf(await scheduler.call(world.issuer.service('workflow'), 'DELETE', path)), 'parcel-on-board');
  assert.equal(codeOf(await scheduler.put('d1', putBody('6'))), 'parcel-on-board');
  const same = await scheduler.put('d1', putBody('5'));
  assert.deepEqual([same.status, same.body.state], [200, 'EnRouteToDropoff']);
});
