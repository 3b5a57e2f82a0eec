import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drone } from '@dronedelivery/contracts';
import { eventually } from '@dronedelivery/testing';
import { putBody } from './builders.ts';
import { openFleet, surroundings } from './harness.ts';
import { Pilot } from './pilot.ts';
import { startProcess } from './process.ts';

test('killed in the middle of a mission, it goes on where it was', async () => {
  await using world = await surroundings();
  await using first = await startProcess(world);
  await openFleet(first, world.issuer, ['drone-1', 'drone-2']);
  const { body } = await first.put('d1', putBody('1'));
  const before = new Pilot(first, world.issuer, body.droneId ?? '');
  await before.report('Idle');
  await before.report('EnRouteToPickup');
  await first.end('SIGKILL');

  await using second = await startProcess(world);
  const known = (await second.call(world.issuer.drone('*'), 'GET', `/v1/drones/${body.droneId}`)).body as Drone;
  assert.deepEqual([known.missionId, known.telemetrySequence], [body.missionId, 2]);
  assert.equal((await second.put('d1', putBody('1'))).body.missionId, body.missionId);
  const after = new Pilot(second, world.issuer, body.droneId ?? '');
  after.mission = { missionId: body.missionId ?? '', revision: 1 };
  after.continueAbove(known.telemetrySequence);
  for (const activity of ['Loading', 'EnRouteToDropoff', 'Unloading', 'Returning'] as const)
    await after.report(activity);
  const kinds = ['assigned', 'departed', 'picked-up', 'delivered'];
  await eventually(() => world.missionEvents.length >= kinds.length, { what: 'all events' });
  assert.deepEqual(
    world.missionEvents.map(({ kind }) => kind),
    kinds,
  );
  assert.equal(await second.end('SIGTERM'), 0);
});

test('what was answered survives a kill under load, and no drone is bound twice', async () => {
  await using world = await surroundings();
  await using first = await startProcess(world);
  await openFleet(
    first,
    world.issuer,
    Array.from({ length: 40 }, (_, i) => `drone-${i}`),
  );
  const answered: string[] = [];
  const asked = Array.from({ length: 40 }, async (_, i) => {
    const reply = await first.put(`d${i}`, putBody(String(i + 1))).catch(() => undefined);
    if (reply?.status === 201) answered.push(`d${i}`);
    if (answered.length === 10) await first.end('SIGKILL');
  });
  await Promise.all(asked);
  await using second = await startProcess(world);
  for (let i = 0; i < 40; i++) {
    const id = `d${i}`;
    const { status } = await second.put(id, putBody(String(i + 1)));
    assert.ok(status === 200 || (status === 201 && !answered.includes(id)), `${id}: ${status}`);
  }
  const { items } = (await second.call(world.issuer.operator(), 'GET', '/v1/drones?limit=200')).body as {
    items: Drone[];
  };
  assert.equal(new Set(items.map(({ missionId }) => missionId)).size, 40);
  await eventually(() => world.missionEvents.length === 40, { what: '40 events' });
});

test('bad configuration is one message and exit code 1', async () => {
  await using world = await surroundings();
  const broken = { ...world, env: { ...world.env, TIME_SCALE: '0', DATA_DIR: '' } };
  await assert.rejects(startProcess(broken), /ended with 1/);
});
