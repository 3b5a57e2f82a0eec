import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planLeg, progressOfLeg } from '@dronedelivery/geo';
import { create, end, flight, news, plan, startMs } from '../../test/support/commands.ts';
import { stepsOf } from './announce.ts';
import { estimateArrivals } from './arrivals.ts';
import type { DeliveryCommand } from './command.ts';
import { decide } from './decide.ts';
import type { DeliveryState } from './delivery.ts';
import type { LivePosition } from './live-position.ts';

const timeScale = 1;
const minuteMs = 60_000;

function after(...commands: readonly DeliveryCommand[]): DeliveryState {
  let state: DeliveryState | undefined;
  for (const command of commands) {
    const decision = decide(command, state, { nowMs: startMs, confirmationWindowMs: minuteMs });
    state = stepsOf(state, 'events' in decision ? decision.events : []).at(-1)?.after ?? state;
  }
  assert.ok(state !== undefined);
  return state;
}

function at(nowMs: number, state: DeliveryState, position: LivePosition | null = null, scale = timeScale) {
  return estimateArrivals(state, position, { nowMs, timeScale: scale });
}

function position(changes: Partial<LivePosition>): LivePosition {
  return {
    missionId: 'mission-1',
    telemetrySequence: 1,
    atMs: startMs,
    location: plan.pickup,
    speedMps: 20,
    headingDeg: 0,
    activity: 'EnRouteToPickup',
    activitySinceMs: startMs,
    ...changes,
  };
}

describe('without a drone', () => {
  test('the pickup is expected at its time and the drop-off after a nominal flight', () => {
    const { pickupMs, deliveryMs } = at(startMs, after(create()));
    assert.equal(pickupMs, plan.pickupTimeMs);
    assert.ok(deliveryMs !== null && deliveryMs > plan.pickupTimeMs + 5 * minuteMs);
    const fast = at(startMs, after(create()), null, 10);
    assert.ok(Math.abs((deliveryMs - plan.pickupTimeMs) / 10 - ((fast.deliveryMs ?? 0) - plan.pickupTimeMs)) <= 1);
  });

  test('a pickup time that has passed is not claimed to have been kept', () => {
    const lateMs = plan.pickupTimeMs + minuteMs;
    assert.equal(at(lateMs, after(create())).pickupMs, lateMs);
  });

  test('a delivery that is known by its cancel alone has no times', () => {
    assert.deepEqual(at(startMs, after(end('Cancelled'))), { pickupMs: null, deliveryMs: null });
  });
});

describe('on the way to the pickup', () => {
  const assigned = after(create(), news('assigned', 1));
  const departed = after(
    create(),
    news('assigned', 1),
    news('departed', 2, { occurredAtMs: flight.departAtMs + 10_000 }),
  );

  test('the flight plan counts before the drone was heard of', () => {
    assert.equal(at(startMs, assigned).pickupMs, flight.pickupEtaMs);
    assert.equal(at(startMs, departed).pickupMs, flight.pickupEtaMs + 10_000);
  });

  test('a drone that does not leave in time arrives later by as much', () => {
    const lateMs = flight.departAtMs + minuteMs;
    assert.equal(at(lateMs, assigned).pickupMs, flight.pickupEtaMs + minuteMs);
  });

  test('it waits for the pickup time, then loads', () => {
    const near = position({ atMs: plan.pickupTimeMs - 4 * minuteMs, location: plan.pickup });
    assert.equal(at(near.atMs, departed, near).pickupMs, plan.pickupTimeMs + 30_000);
  });

  test('loading counts from its first report', () => {
    const sinceMs = plan.pickupTimeMs + 5000;
    const loading = position({ activity: 'Loading', atMs: sinceMs + 9000, activitySinceMs: sinceMs, speedMps: 0 });
    assert.equal(at(sinceMs + 9000, departed, loading).pickupMs, sinceMs + 30_000);
  });

  test('a position of another mission says nothing', () => {
    const other = position({ missionId: 'mission-0', activity: 'Loading', activitySinceMs: plan.pickupTimeMs });
    assert.deepEqual(at(startMs, departed, other), at(startMs, departed));
  });
});

describe('on the way to the drop-off', () => {
  const pickedUpAtMs = plan.pickupTimeMs + minuteMs;
  const underWay = after(create(), news('assigned', 1), news('picked-up', 3, { occurredAtMs: pickedUpAtMs }));
  const leg = planLeg({
    from: plan.pickup,
    to: plan.dropOff,
    performance: flight.performance,
    payloadKg: flight.payloadKg,
  });
  const arrivalMs = pickedUpAtMs + Math.round(leg.durationS * 1000) + 30_000;

  test('the pickup is the real one, and the drop-off follows from progress, all the way', () => {
    assert.ok(Math.abs((at(pickedUpAtMs, underWay).deliveryMs ?? 0) - arrivalMs) <= 1);
    for (let elapsedS = 1; elapsedS < leg.durationS; elapsedS += 20) {
      const progress = progressOfLeg(leg, elapsedS);
      const { latitude, longitude } = progress.position;
      const here = position({
        activity: 'EnRouteToDropoff',
        atMs: pickedUpAtMs + elapsedS * 1000,
        location: { latitude, longitude, altitude: progress.altitudeM },
        speedMps: progress.groundSpeedMps,
      });
      const { pickupMs, deliveryMs } = at(here.atMs, underWay, here);
      assert.equal(pickupMs, pickedUpAtMs);
      assert.ok(
        Math.abs((deliveryMs ?? 0) - arrivalMs) < 100,
        `${elapsedS} s: off by ${(deliveryMs ?? 0) - arrivalMs}`,
      );
    }
  });

  test('at ten times the speed the rest takes a tenth of the time', () => {
    const here = position({ activity: 'EnRouteToDropoff', atMs: pickedUpAtMs, location: plan.pickup, speedMps: 0 });
    const slowMs = (at(pickedUpAtMs, underWay, here).deliveryMs ?? 0) - pickedUpAtMs;
    const fastMs = (at(pickedUpAtMs, underWay, here, 10).deliveryMs ?? 0) - pickedUpAtMs;
    assert.ok(Math.abs(slowMs / 10 - fastMs) <= 1);
  });

  test('a slower drone than planned is expected later', () => {
    const middle = { latitude: 47.625, longitude: -122.325, altitude: 80 };
    const planned = position({ activity: 'EnRouteToDropoff', atMs: pickedUpAtMs, location: middle, speedMps: 20 });
    const slow = { ...planned, speedMps: 12 };
    assert.ok(
      (at(pickedUpAtMs, underWay, slow).deliveryMs ?? 0) > (at(pickedUpAtMs, underWay, planned).deliveryMs ?? 0),
    );
  });

  test('a stale position never makes it arrive in the past', () => {
    const old = position({ activity: 'EnRouteToDropoff', atMs: pickedUpAtMs, location: plan.dropOff, speedMps: 0 });
    const nowMs = pickedUpAtMs + 3_600_000;
    assert.equal(at(nowMs, underWay, old).deliveryMs, nowMs);
  });
});

test('once delivered both times are the real ones', () => {
  const done = after(create(), news('assigned', 1), news('picked-up', 3), news('delivered', 4));
  const nowMs = startMs + 9_000_000;
  assert.deepEqual(at(nowMs, done), { pickupMs: startMs + 3000, deliveryMs: startMs + 4000 });
});
