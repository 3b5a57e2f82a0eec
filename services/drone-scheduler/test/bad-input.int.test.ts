import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drone, Problem, TelemetryAnswer } from '@dronedelivery/contracts';
import { courier, home, minuteMs, place, putBody } from './builders.ts';
import { openFleet, type Reply, surroundings } from './harness.ts';
import { Pilot } from './pilot.ts';

const codeOf = ({ body }: Reply) => (body as Problem).type.split(':').at(-1);
const fieldsOf = ({ body }: Reply) => ((body as Problem).errors ?? []).map((field) => field.path).sort();
const putPath = '/v1/dronedeliveries/d1?businessId=fabrikam';

test('every wrong field of a request is named', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  const saga = world.issuer.service('workflow');
  const wrong = {
    ...putBody('1'),
    pickup: { latitude: 91, longitude: 0 },
    deadline: '2026-11-21T09:00:00',
    weightKg: 0,
    packageSize: 'Huge',
    requestSequence: '-1',
    surprise: true,
  };
  const reply = await scheduler.call(saga, 'PUT', putPath, wrong);
  assert.equal(reply.status, 400);
  const expected = ['/deadline', '/packageSize', '/pickup/latitude', '/requestSequence', '/surprise', '/weightKg'];
  assert.deepEqual(fieldsOf(reply), expected);
});

test('bodies that cannot be read, are too large or of another type are refused on every route that takes one', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start({ BODY_LIMIT_BYTES: '2000' });
  const routes = [
    [world.issuer.service('workflow'), 'PUT', putPath],
    [world.issuer.drone('*'), 'POST', '/v1/telemetry'],
    [world.issuer.operator(), 'POST', '/v1/drones'],
    [world.issuer.operator(), 'PATCH', '/v1/drones/drone-1'],
    [world.issuer.operator(), 'PUT', '/v1/dronemodels/courier'],
    [world.issuer.operator(), 'PUT', '/v1/stations/s1'],
  ] as const;
  for (const [token, method, path] of routes) {
    const send = async (body: string) => {
      const reply = await scheduler.call(token, method, path, body);
      return [reply.status, codeOf(reply)];
    };
    assert.deepEqual(await send('{"a":'), [400, 'malformed-body'], path);
    assert.deepEqual(await send('{"a":1,"a":2}'), [400, 'malformed-body'], path);
    assert.deepEqual(await send('{"__proto__":{}}'), [400, 'malformed-body'], path);
    assert.deepEqual(await send('[]'), [400, 'validation-failed'], path);
    assert.deepEqual(await send(`{"a":"${'x'.repeat(3000)}"}`), [413, 'body-too-large'], path);
    const headers = { authorization: token, 'content-type': 'text/plain' };
    assert.equal((await fetch(scheduler.url + path, { method, headers, body: '{}' })).status, 415, path);
  }
});

test('ids, queries and cursors are checked', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  const operator = world.issuer.operator();
  const statusOf = async (token: string, method: string, path: string, body?: unknown) =>
    (await scheduler.call(token, method, path, body)).status;
  const saga = world.issuer.service('workflow');
  assert.equal(await statusOf(saga, 'GET', `/v1/dronedeliveries/${'x'.repeat(129)}?businessId=b`), 400);
  assert.equal(await statusOf(saga, 'GET', '/v1/dronedeliveries/d1'), 400);
  assert.equal(await statusOf(operator, 'GET', '/v1/drones?limit=201'), 400);
  assert.equal(await statusOf(operator, 'GET', '/v1/drones?cursor=nonsense'), 400);
  assert.equal(await statusOf(operator, 'GET', '/v1/drones?state=Flying'), 400);
  assert.equal(await statusOf(operator, 'GET', '/v1/drones?colour=red'), 400);
  assert.equal(await statusOf(operator, 'GET', '/v1/dronedeliveries?cursor=WyJhIl0'), 400);
  assert.equal(await statusOf(operator, 'PUT', '/v1/stations/other', home), 400);
  assert.equal(await statusOf(operator, 'PUT', '/v1/dronemodels/other', courier), 400);
  assert.equal(await statusOf(operator, 'PATCH', '/v1/drones/nobody', { state: 'OutOfService' }), 404);
  assert.equal(await statusOf(operator, 'PATCH', '/v1/drones/nobody', {}), 400);
  const nowhere = { droneId: 'd', modelId: 'none', stationId: 'none' };
  assert.equal(await statusOf(operator, 'POST', '/v1/drones', nowhere), 404);
});

test('I6: another business sees and changes nothing, other roles are refused', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1']);
  await scheduler.put('d1', putBody('1'));
  const { issuer } = world;
  const call = async (token: string, method: string, path: string) =>
    (await scheduler.call(token, method, path)).status;
  assert.equal(await call(issuer.service('delivery'), 'GET', '/v1/dronedeliveries/d1?businessId=contoso'), 404);
  assert.equal(await call(issuer.shipper('fabrikam'), 'GET', putPath), 403);
  assert.equal(await call(issuer.operator(), 'DELETE', putPath), 403);
  assert.equal(await call(issuer.shipper('fabrikam'), 'GET', '/v1/drones'), 403);
  assert.equal(await call('Bearer none', 'GET', '/v1/drones'), 401);
  const month = 'ownerId=owner-1&year=2026&month=11';
  const usage = `/v1/dronedeliveries/utilization?${month}&businessId=contoso`;
  assert.equal(await call(issuer.shipper('fabrikam'), 'GET', usage), 403);
  assert.equal(await call(issuer.operator(), 'GET', `/v1/dronedeliveries/utilization?${month}`), 400);
});

test('a drone token sees and reports for its own drones alone', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['a-1', 'a-2', 'b-1']);
  const gateway = world.issuer.drone('a-*');
  const { items } = (await scheduler.call(gateway, 'GET', '/v1/drones')).body as { items: Drone[] };
  assert.deepEqual(
    items.map(({ droneId }) => droneId),
    ['a-1', 'a-2'],
  );
  assert.equal((await scheduler.call(gateway, 'GET', '/v1/drones/b-1')).status, 404);
  assert.equal((await scheduler.call(gateway, 'GET', '/v1/drones/a-1')).status, 200);
  const pilots = ['a-1', 'b-1', 'a-3'].map((droneId) => new Pilot(scheduler, world.issuer, droneId));
  const reports = pilots.map((pilot) => pilot.reportOf('Idle'));
  const answer = (await scheduler.call(gateway, 'POST', '/v1/telemetry', { reports })).body as TelemetryAnswer;
  assert.deepEqual(
    answer.results.map(({ result }) => result),
    ['accepted', 'not-permitted', 'unknown-drone'],
  );
});

test('each report of a batch has its result', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1']);
  const pilot = new Pilot(scheduler, world.issuer, 'drone-1');
  const first = pilot.reportOf('EnRouteToPickup');
  const jumped = pilot.reportOf('EnRouteToPickup', { location: place(50_000, 0) });
  const future = pilot.reportOf('EnRouteToPickup', { at: new Date(Date.now() + 10 * minuteMs).toISOString() });
  const charged = pilot.reportOf('EnRouteToPickup', { stateOfChargePercent: 99 });
  const last = pilot.reportOf('EnRouteToPickup');
  const { results } = await pilot.send([first, first, jumped, future, charged, last]);
  const expected = ['accepted', 'stale', 'implausible', 'accepted', 'implausible', 'accepted'];
  assert.deepEqual(
    results.map(({ result }) => result),
    expected,
  );
});

test('a drone on a mission cannot be taken out of service', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  const registered = await openFleet(scheduler, world.issuer, ['drone-1', 'drone-1']);
  assert.deepEqual(registered.map(({ status }) => status).sort(), [201, 409]);
  const operator = world.issuer.operator();
  const out = () => scheduler.call(operator, 'PATCH', '/v1/drones/drone-1', { state: 'OutOfService' });
  assert.equal((await out()).status, 200);
  assert.equal((await scheduler.put('d1', putBody('1'))).status, 409);
  await scheduler.call(operator, 'PATCH', '/v1/drones/drone-1', { state: 'InService' });
  assert.equal((await scheduler.put('d1', putBody('1'))).status, 201);
  const refused = await out();
  assert.deepEqual([refused.status, codeOf(refused)], [409, 'drone-busy']);
  const changed = { ...courier, maxPayloadKg: 1 };
  assert.equal((await scheduler.call(operator, 'PUT', '/v1/dronemodels/courier', changed)).status, 409);
});
