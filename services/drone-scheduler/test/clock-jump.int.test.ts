import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drone } from '@dronedelivery/contracts';
import { eventually, JumpingClock } from '@dronedelivery/testing';
import { place, putBody } from './builders.ts';
import { openFleet, type Surroundings, surroundings } from './harness.ts';
import { Pilot } from './pilot.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const purgeRoundsMs = 2 * minuteMs;

async function start(world: Surroundings, drones: readonly string[]) {
  const clock = new JumpingClock(Date.now());
  const scheduler = await world.start({}, { clock, monotonicMs: clock.monotonicMs });
  await openFleet(scheduler, world.issuer, drones);
  const bodyOf = (sequence: string) => putBody(sequence, pickupAt(clock));
  return { clock, scheduler, bodyOf };
}

function pickupAt(clock: JumpingClock) {
  const at = (ms: number) => new Date(clock.now() + ms).toISOString();
  return { pickupTime: at(0), deadline: at(6 * hourMs) };
}

test('a clock set forward by a month and back again lets no tombstone expire', async () => {
  await using world = await surroundings();
  const { clock, scheduler, bodyOf } = await start(world, []);
  await using _running = scheduler;
  const release = '/v1/dronedeliveries/d1?businessId=fabrikam';
  assert.equal((await scheduler.call(world.issuer.service('workflow'), 'DELETE', release)).status, 204);
  const answerAfter = async (passed: () => void) => {
    passed();
    await clock.advance(purgeRoundsMs);
    const { body } = await scheduler.put('d1', bodyOf('1'));
    return String((body as unknown as { readonly type: string }).type).replace(/.*:/, '');
  };
  assert.equal(await answerAfter(() => clock.skip(2 * hourMs)), 'released');
  assert.equal(await answerAfter(() => clock.jump(30 * dayMs)), 'released');
  assert.equal(await answerAfter(() => clock.jump(-30 * dayMs)), 'released');
  assert.equal(await answerAfter(() => clock.skip(13 * dayMs)), 'released');
  // Its time is over now, and what is asked for is a new delivery.
  assert.equal(await answerAfter(() => clock.skip(2 * dayMs)), 'no-drone-available');
});

test('a clock that jumps either way binds no drone twice, and plans by the present', async () => {
  await using world = await surroundings();
  const { clock, scheduler, bodyOf } = await start(world, ['drone-1', 'drone-2']);
  await using _running = scheduler;
  const first = bodyOf('1');
  const { droneId, missionId } = (await scheduler.put('d1', first)).body;
  const missions = new Map([[droneId, missionId]]);
  for (const [index, jumpMs] of [hourMs, -2 * hourMs, 20 * dayMs, -20 * dayMs].entries()) {
    clock.jump(jumpMs);
    await clock.advance(1000);
    assert.equal((await scheduler.put('d1', first)).body.missionId, missionId);
    const { status, body } = await scheduler.put(`d${index + 2}`, bodyOf(String(index + 2)));
    if (status === 201) missions.set(body.droneId, body.missionId);
    if (status === 201) assert.ok(Date.parse(body.pickupEta ?? '') >= clock.now(), `${body.pickupEta}`);
    assert.equal(status, index === 0 ? 201 : 409);
  }
  assert.deepEqual([...missions.keys()].sort(), ['drone-1', 'drone-2']);
  const { body } = await scheduler.call(world.issuer.operator(), 'GET', '/v1/drones');
  for (const drone of (body as { items: Drone[] }).items)
    assert.equal(drone.missionId, missions.get(drone.droneId), drone.droneId);
});

test('clocks set back in the middle of a flight neither stop nor lose it', async () => {
  await using world = await surroundings();
  const { clock, scheduler, bodyOf } = await start(world, ['drone-1']);
  await using _running = scheduler;
  await scheduler.put('d1', bodyOf('1'));
  const pilot = new Pilot(scheduler, world.issuer, 'drone-1', () => clock.now());
  await pilot.report('Idle');
  await pilot.report('EnRouteToPickup');
  clock.jump(-hourMs);
  const far = await pilot.report('Loading', { location: place(1500, 0) });
  assert.equal(far.results[0]?.result, 'accepted');
  for (const activity of ['EnRouteToDropoff', 'Unloading', 'Returning'] as const) {
    await clock.advance(1000);
    const { results } = await pilot.report(activity, { location: place(1500, 0) });
    assert.equal(results[0]?.result, 'accepted', activity);
  }
  await eventually(async () => {
    await clock.advance(1000);
    assert.deepEqual(
      world.missionEvents.map(({ kind }) => kind),
      ['assigned', 'departed', 'picked-up', 'delivered'],
    );
    return true;
  });
});
