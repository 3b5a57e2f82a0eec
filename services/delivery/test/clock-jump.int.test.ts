import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, JumpingClock } from '@dronedelivery/testing';
import { putBody } from './support/bodies.ts';
import { type FleetNews, startFleetNews } from './support/fleet-news.ts';
import { type RunningDelivery, runDelivery } from './support/running-delivery.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const purgeRoundsMs = 2 * minuteMs;

const clock = new JumpingClock(Date.now());
let fleet: FleetNews;
let delivery: RunningDelivery;
before(async () => {
  fleet = await startFleetNews();
  const config = { lingerMs: 1000, historyRetentionDays: 400 };
  const overrides = { clock, monotonicMs: clock.monotonicMs };
  delivery = await runDelivery({ connectionString: fleet.emulator.connectionString, config, overrides });
});
after(async () => {
  await delivery[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
});

const read = async (id: string) => (await delivery.asShipper('GET', `/v1/deliveries/${id}`)).body;

/** The service's workers stand still unless its clock is moved; faster than real time it would take the broker for silent. */
const eventuallyAt = (condition: () => Promise<boolean>, what: string) =>
  eventually(
    async () => {
      await clock.advance(10);
      return condition();
    },
    { what },
  );

test('arrivals are recomputed from the present, whichever way the clock has jumped', async () => {
  const deliveryId = 'jumping';
  const pickupTime = new Date(clock.now()).toISOString();
  const deadline = new Date(clock.now() + 2 * dayMs).toISOString();
  await delivery.asService('PUT', `/v1/deliveries/${deliveryId}`, putBody({ pickupTime, deadline }));
  await fleet.sendMission({ kind: 'assigned', deliveryId, sequence: 1 });
  await fleet.sendMission({ kind: 'departed', deliveryId, sequence: 2 });
  await fleet.sendMission({ kind: 'picked-up', deliveryId, sequence: 3 });
  await eventuallyAt(async () => (await read(deliveryId)).stage === 'HeadedToDropoff', 'the pickup');
  for (const [index, jumpMs] of [hourMs, -2 * hourMs, dayMs, -dayMs].entries()) {
    clock.jump(jumpMs);
    const at = new Date(clock.now()).toISOString();
    await fleet.sendPositions({ deliveryId, telemetrySequence: index + 2, at, activity: 'EnRouteToDropoff' });
    await eventuallyAt(async () => {
      const aheadMs = Date.parse((await read(deliveryId)).deliveryETA) - clock.now();
      return aheadMs >= 0 && aheadMs < 20 * minuteMs;
    }, `an arrival soon after a jump of ${jumpMs} ms`);
  }
  await fleet.sendMission({ kind: 'delivered', deliveryId, sequence: 4 });
  await eventuallyAt(async () => (await read(deliveryId)).stage === 'Completed', 'the end');
});

test('a clock set forward by years and back again lets no ended delivery be forgotten', async () => {
  const path = '/v1/deliveries/ended';
  const cancel = { stage: 'Cancelled', reason: { code: 'cancelled', text: 'As asked' }, requestId: 'request-9' };
  await delivery.asService('PUT', `${path}/outcome`, cancel);
  const createAfter = async (passed: () => void) => {
    passed();
    await clock.advance(purgeRoundsMs);
    return (await delivery.asService('PUT', path, putBody())).status;
  };
  assert.equal(await createAfter(() => clock.skip(2 * hourMs)), 409);
  assert.equal(await createAfter(() => clock.jump(500 * dayMs)), 409);
  assert.equal(await createAfter(() => clock.jump(-500 * dayMs)), 409);
  assert.equal(await createAfter(() => clock.skip(399 * dayMs)), 409);
  // Its time is over now, and what is put is a new delivery.
  assert.equal(await createAfter(() => clock.skip(2 * dayMs)), 201);
});
