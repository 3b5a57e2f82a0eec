import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { assertInvariants } from '../support/assert-invariants.ts';
import { finalStages, history, request, until, untilStage, validationRequest } from '../support/deliveries.ts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';

suite('a fleet of one drone', () => {
  let running: TestSystem;
  before(async () => {
    // The second request asks again at a pace that fits the flights.
    const workflow = { NO_DRONE_DELAY_FIRST_MS: '500', NO_DRONE_DELAY_MAX_MS: '1000' };
    running = await startTestSystem({ drones: 1, timeScale: 120, settings: { workflow } });
  });
  after(() => running[Symbol.asyncDispose]());

  test('of two requests at once the second waits until the drone is free', async () => {
    const { customer } = running;
    const ids = await Promise.all([request(customer, validationRequest()), request(customer, validationRequest())]);
    const ended = await Promise.all(ids.map((id) => untilStage(customer, id, finalStages, 120_000)));
    assert.deepEqual(
      ended.map(({ stage }) => stage),
      ['Completed', 'Completed'],
    );
    const [first, second] = ended.toSorted((a, b) => (a.deliveredAt ?? '').localeCompare(b.deliveredAt ?? ''));
    assert.equal(first?.droneId, second?.droneId);
    assert.ok((second?.pickedUpAt ?? '') > (first?.deliveredAt ?? '~'), 'one drone never flies two deliveries at once');
  });

  test('what no drone can reach before the deadline fails with that reason', async () => {
    const { customer } = running;
    const deadline = new Date(Date.now() + 1_500).toISOString();
    const dropOffLocation = { latitude: 47.66, longitude: -122.29 };
    const id = await request(customer, validationRequest({ deadline, dropOffLocation }));
    const delivery = await untilStage(customer, id, ['Failed']);
    assert.equal(delivery.reason?.code, 'no-drone-before-deadline');
  });

  test('what no drone of the fleet can ever fly fails at once', async () => {
    const { customer } = running;
    const id = await request(customer, validationRequest({ dropOffLocation: { latitude: 45.52, longitude: -122.68 } }));
    const delivery = await untilStage(customer, id, ['Failed']);
    assert.equal(delivery.reason?.code, 'no-feasible-drone');
  });

  test('a restart of everything keeps all data, and what was under way goes on', async () => {
    const { customer } = running;
    const done = await request(customer, validationRequest());
    await untilStage(customer, done, ['Completed']);
    const before_ = await history(customer, done);
    const flying = await request(customer, validationRequest());
    await until(customer, flying, 'an assigned drone', ({ droneId }) => droneId !== null);
    await running.restart();
    assert.deepEqual(await history(running.customer, done), before_);
    const delivery = await untilStage(running.customer, flying, finalStages, 120_000);
    assert.equal(delivery.stage, 'Completed');
  });

  test('the invariants hold', () => assertInvariants(running));
});
