import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, JumpingClock } from '@dronedelivery/testing';
import { putBody } from './support/bodies.ts';
import { startFleetNews } from './support/fleet-news.ts';
import { runDelivery } from './support/running-delivery.ts';

test('a new delivery waits a second for news of those that fly, where it has lain for long; all else does not', async () => {
  await using fleet = await startFleetNews();
  let monotonicMs = 0;
  const clock = new JumpingClock(Date.now());
  const { connectionString } = fleet.emulator;
  await using delivery = await runDelivery({
    connectionString,
    overrides: { clock, monotonicMs: () => monotonicMs },
  });
  const put = (id: string) => delivery.asService('PUT', `/v1/deliveries/${id}`, putBody());
  const read = (id: string) => delivery.asShipper('GET', `/v1/deliveries/${id}`);
  assert.equal((await put('flying')).status, 201);
  const told = async (sequence: number, droneId: string) => {
    await fleet.sendMission({ kind: 'assigned', deliveryId: 'flying', revision: sequence, sequence, droneId });
    await eventually(async () => (await read('flying')).body.droneId === droneId, { what: droneId });
  };
  await told(1, 'soon');
  monotonicMs += 10_000;
  await told(2, 'late');

  let answered: number | undefined;
  const putting = put('new').then(({ status }) => {
    answered = status;
  });
  for (let look = 0; look < 5; look++) assert.equal((await read('new')).status, 404);
  assert.equal(answered, undefined);
  await clock.advance(1000);
  await putting;
  assert.equal(answered, 201);
});
