import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DroneActivity, DroneUtilization } from '@dronedelivery/contracts';
import { eventually } from '@dronedelivery/testing';
import { putBody } from './builders.ts';
import { openFleet, type Scheduler, type Surroundings, surroundings } from './harness.ts';
import { Pilot } from './pilot.ts';

const flight: readonly DroneActivity[] = ['Idle', 'EnRouteToPickup', 'Loading', 'EnRouteToDropoff', 'Returning'];
const kinds = ['assigned', 'departed', 'picked-up', 'delivered'];

async function utilization(scheduler: Scheduler, { issuer }: Surroundings): Promise<DroneUtilization> {
  const now = new Date();
  const month = `year=${now.getUTCFullYear()}&month=${now.getUTCMonth() + 1}`;
  const path = `/v1/dronedeliveries/utilization?ownerId=owner-1&${month}`;
  return (await scheduler.call(issuer.shipper('fabrikam'), 'GET', path)).body as DroneUtilization;
}

test('a whole flight in one batch, and the same batch again: told and counted once', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1']);
  const { body } = await scheduler.put('d1', putBody('1'));
  const pilot = new Pilot(scheduler, world.issuer, 'drone-1');
  pilot.mission = { missionId: body.missionId ?? '', revision: 1 };
  const reports = flight.map((activity) => pilot.reportOf(activity));
  const first = await pilot.send(reports);
  assert.deepEqual([...new Set(first.results.map(({ result }) => result))], ['accepted']);
  const counted = await utilization(scheduler, world);
  const again = await pilot.send(reports);
  assert.deepEqual([...new Set(again.results.map(({ result }) => result))], ['stale']);
  assert.deepEqual(await utilization(scheduler, world), counted);
  assert.equal(counted.missions, 1);
  await eventually(() => world.missionEvents.length === kinds.length, { what: 'all events' });
  assert.deepEqual(
    world.missionEvents.map(({ kind }) => kind),
    kinds,
  );
  assert.equal((await scheduler.put('d2', putBody('2'))).status, 201);
});

test('reports of one drone that reach two replicas in turn are one flight', async () => {
  await using world = await surroundings();
  await using first = await world.start();
  await using second = await world.start();
  await openFleet(first, world.issuer, ['drone-1']);
  const { body } = await second.put('d1', putBody('1'));
  const pilots = [first, second].map((replica) => new Pilot(replica, world.issuer, 'drone-1'));
  for (const [index, activity] of flight.entries()) {
    const pilot = pilots[index % 2];
    assert.ok(pilot !== undefined);
    pilot.continueAbove(index);
    pilot.mission = { missionId: body.missionId ?? '', revision: 1 };
    const { results } = await pilot.report(activity);
    assert.deepEqual(
      results.map(({ result }) => result),
      ['accepted'],
    );
  }
  await eventually(() => world.missionEvents.length === kinds.length, { what: 'all events' });
  assert.deepEqual(
    world.missionEvents.map(({ kind }) => kind),
    kinds,
  );
  const sequences = world.missionEvents.map(({ sequence }) => sequence);
  assert.deepEqual(
    sequences,
    [...sequences].sort((a, b) => a - b),
  );
});

test('a replan while reports keep coming loses neither', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start();
  await openFleet(scheduler, world.issuer, ['drone-1']);
  await scheduler.put('d1', putBody('1'));
  const pilot = new Pilot(scheduler, world.issuer, 'drone-1');
  await pilot.report('Idle');
  const replans = Array.from({ length: 10 }, (_, i) => scheduler.put('d1', putBody(String(i + 2))));
  const reports = Array.from({ length: 10 }, () => pilot.reportOf('EnRouteToPickup'));
  const answers = await Promise.all(reports.map((report) => pilot.send([report])));
  const statuses = new Set((await Promise.all(replans)).map(({ status }) => status));
  assert.ok(
    [...statuses].every((status) => status === 200 || status === 409),
    [...statuses].join(),
  );
  assert.equal(answers.at(-1)?.results[0]?.result, 'accepted');
  const { body } = await scheduler.put('d1', putBody('11'));
  assert.deepEqual([body.state, body.requestSequence], ['EnRouteToPickup', '11']);
});
