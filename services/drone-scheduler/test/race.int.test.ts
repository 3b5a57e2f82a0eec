import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drone, DroneDelivery } from '@dronedelivery/contracts';
import { eventually } from '@dronedelivery/testing';
import { putBody } from './builders.ts';
import { openFleet, type Scheduler, surroundings } from './harness.ts';

const statusesOf = (replies: readonly { readonly status: number }[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

async function allMissions(scheduler: Scheduler, operator: string): Promise<readonly DroneDelivery[]> {
  const page = await scheduler.call(operator, 'GET', '/v1/dronedeliveries?limit=200');
  return (page.body as { items: DroneDelivery[] }).items;
}

test('I2: two replicas, 200 requests at once, 50 drones: each drone is taken once', async () => {
  await using world = await surroundings();
  await using first = await world.start();
  await using second = await world.start();
  await openFleet(
    first,
    world.issuer,
    Array.from({ length: 50 }, (_, i) => `drone-${i}`),
  );
  const replicas = [first, second];
  const replies = await Promise.all(
    Array.from({ length: 200 }, (_, i) => (replicas[i % 2] ?? first).put(`d${i}`, putBody(String(i + 1)))),
  );
  assert.deepEqual(statusesOf(replies), { 201: 50, 409: 150 });
  const missions = await allMissions(second, world.issuer.operator());
  const bound = missions.filter(({ state }) => state === 'Assigned');
  assert.equal(bound.length, 50);
  assert.equal(new Set(bound.map(({ droneId }) => droneId)).size, 50);
  assert.equal(missions.filter(({ state }) => state === 'Waiting').length, 150);
  const drones = (await first.call(world.issuer.operator(), 'GET', '/v1/drones?limit=200')).body as { items: Drone[] };
  for (const { droneId, missionId } of drones.items) {
    assert.equal(bound.find((mission) => mission.droneId === droneId)?.missionId, missionId);
  }
  await eventually(() => world.missionEvents.length === 50, { what: '50 events' });
});

test('the same request many times over two replicas binds one drone', async () => {
  await using world = await surroundings();
  await using first = await world.start();
  await using second = await world.start();
  await openFleet(first, world.issuer, ['drone-1', 'drone-2', 'drone-3']);
  const replicas = [first, second];
  const body = putBody('1');
  const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => (replicas[i % 2] ?? first).put('d1', body)));
  assert.deepEqual(statusesOf(replies), { 200: 19, 201: 1 });
  assert.equal(new Set(replies.map((reply) => reply.body.missionId)).size, 1);
});

test('a plan and its release at once: afterwards nothing is bound', async () => {
  await using world = await surroundings();
  await using first = await world.start();
  await using second = await world.start();
  await openFleet(first, world.issuer, ['drone-1', 'drone-2']);
  const saga = world.issuer.service('workflow');
  for (let round = 0; round < 10; round++) {
    const id = `d${round}`;
    await Promise.all([
      first.put(id, putBody('1')),
      second.call(saga, 'DELETE', `/v1/dronedeliveries/${id}?businessId=fabrikam`),
    ]);
    const again = await first.put(id, putBody('2'));
    assert.equal(again.status, 409);
  }
  const missions = await allMissions(first, world.issuer.operator());
  assert.deepEqual([...new Set(missions.map(({ state }) => state))], ['Released']);
  const drones = (await first.call(world.issuer.operator(), 'GET', '/v1/drones')).body as { items: Drone[] };
  assert.deepEqual(
    drones.items.map(({ missionId }) => missionId),
    [null, null],
  );
});
