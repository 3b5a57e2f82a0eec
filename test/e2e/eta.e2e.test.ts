import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Delivery, DeliveryStatus } from '@dronedelivery/contracts';
import { assertInvariants } from '../support/assert-invariants.ts';
import { finalStages, request, until, validationRequest } from '../support/deliveries.ts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';

const timeScale = 20;
const flightMinuteMs = 60_000 / timeScale;
/** In seconds of flight: what telemetry, queue and polling may add at this time scale, which multiplies them. */
const errorMaxS = 20;

interface Told {
  readonly flightMinute: number;
  readonly pickupETA: string | null;
  readonly deliveryETA: string | null;
}

suite('estimated times of arrival', () => {
  let running: TestSystem;
  before(async () => {
    running = await startTestSystem({ drones: 4, timeScale });
  });
  after(() => running[Symbol.asyncDispose]());

  test('what was told at the assignment, and at each minute of the flight, comes true', async (t) => {
    const { customer } = running;
    const id = await request(
      customer,
      validationRequest({ dropOffLocation: { latitude: 47.645, longitude: -122.29 } }),
    );
    const assigned = await until(customer, id, 'an assigned drone', ({ droneId }) => droneId !== null);
    const told: Told[] = [];
    let delivery: Delivery = assigned;
    for (let flightMinute = 0; !finalStages.includes(delivery.stage); flightMinute++) {
      const { body } = await customer.request<DeliveryStatus>('GET', `/v1/deliveries/${id}/status`);
      told.push({ flightMinute, pickupETA: body.pickupETA, deliveryETA: body.deliveryETA });
      await delay(flightMinuteMs);
      delivery = (await customer.request<Delivery>('GET', `/v1/deliveries/${id}`)).body;
    }
    assert.equal(delivery.stage, 'Completed');
    assert.ok(told.length >= 5, `the flight took only ${told.length} minutes`);
    for (const { flightMinute, pickupETA, deliveryETA } of told) {
      const pickupErrorS = flightSeconds(pickupETA, delivery.pickedUpAt);
      const deliveryErrorS = flightSeconds(deliveryETA, delivery.deliveredAt);
      t.diagnostic(
        `minute ${flightMinute}: pickup off by ${pickupErrorS.toFixed(1)} s, delivery by ${deliveryErrorS.toFixed(1)} s`,
      );
      assert.ok(Math.abs(pickupErrorS) <= errorMaxS, `pickup, told in minute ${flightMinute}`);
      assert.ok(Math.abs(deliveryErrorS) <= errorMaxS, `delivery, told in minute ${flightMinute}`);
    }
  });

  test('the invariants hold', () => assertInvariants(running));
});

/** Told minus real, in seconds of flight. */
function flightSeconds(told: string | null, real: string | null): number {
  return ((Date.parse(told ?? '') - Date.parse(real ?? '')) / 1000) * timeScale;
}
