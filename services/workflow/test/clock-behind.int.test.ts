import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type Clock, systemClock } from '@dronedelivery/service-kit/clock';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { create } from './messages.ts';
import { eventually, Surroundings } from './saga-harness.ts';

const hourMs = 3_600_000;
const delayMs = 2000;
const clockBehind: Clock = { ...systemClock, now: () => Date.now() - hourMs };

suite('a replica whose clock was set back', () => {
  let around: Surroundings;
  let workflow: Service;
  before(async () => {
    around = await Surroundings.start();
    const delays = { NO_DRONE_DELAY_FIRST_MS: String(delayMs), NO_DRONE_DELAY_MAX_MS: String(delayMs) };
    workflow = await around.startWorkflow(delays, { clock: clockBehind });
  });
  after(async () => {
    await workflow[Symbol.asyncDispose]();
    await around[Symbol.asyncDispose]();
  });

  test('still puts off what has to wait, and goes on with it in time', async () => {
    around.world.dronesFree = 0;
    const beganAt = performance.now();
    await around.send(create('waits'));
    await eventually(() => assert.ok(around.world.timesCalled('putDroneDelivery') >= 3));
    // Two pauses, of which chance takes off half at most.
    assert.ok(performance.now() - beganAt >= delayMs, `${performance.now() - beganAt} ms`);
    around.world.dronesFree = 1;
    await eventually(() => assert.equal(around.world.missions.get('waits')?.state, 'Assigned'));
  });
});
