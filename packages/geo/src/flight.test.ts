import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { destination, distanceM } from './distance.ts';
import { hopDistanceMaxM, planLeg } from './leg.ts';
import { chargedWh, chargingS, type DronePerformance } from './performance.ts';
import type { Position } from './position.ts';
import { progressOfLeg } from './progress.ts';
import { remainingOfLeg } from './remaining.ts';

const performance: DronePerformance = {
  cruiseSpeedMps: 20,
  climbRateMps: 5,
  descentRateMps: 3,
  cruiseAltitudeM: 90,
  cruisePowerW: 900,
  climbPowerW: 1800,
  descentPowerW: 600,
  payloadPowerWPerKg: 60,
  batteryWh: 1500,
  chargePowerW: 1500,
};
const seattle: Position = { latitude: 47.6062, longitude: -122.3321 };
const near = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);

/** Doubles of all magnitudes, and evenly spread ones. */
const between = (min: number, max: number) =>
  fc.oneof(
    fc.double({ min, max, noNaN: true }),
    fc.noBias(fc.integer({ min: 0, max: 1_000_000 })).map((n) => min + ((max - min) * n) / 1_000_000),
  );
const somewhere = fc.record({
  latitude: between(-70, 70),
  longitude: between(-180, 180),
  altitudeM: fc.option(between(0, 200), { nil: undefined }),
});
const legs = fc
  .record({
    from: somewhere,
    bearingDeg: between(0, 360),
    distanceM: between(0, 50_000),
    toAltitudeM: between(0, 150),
    payloadKg: between(0, 30),
  })
  .map(({ from, bearingDeg, distanceM: lengthM, toAltitudeM, payloadKg }) => ({
    from,
    to: { ...destination(from, bearingDeg, lengthM), altitudeM: toAltitudeM },
    payloadKg,
    performance,
  }));

describe('a planned leg', () => {
  test('adds up what each phase takes', () => {
    const to = { ...destination(seattle, 90, 4000), altitudeM: 30 };
    const leg = planLeg({ from: seattle, to, performance, payloadKg: 10 });
    near(leg.climbS, 18);
    near(leg.cruiseS, 200);
    near(leg.descentS, 20);
    near(leg.durationS, 238);
    near(leg.energyWh, (2400 * 18 + 1500 * 200 + 1200 * 20) / 3600);
  });

  test('farther or heavier is never faster or cheaper', () => {
    const length = between(0, 50_000);
    const payload = between(0, 30);
    const plan = (lengthM: number, payloadKg: number) =>
      planLeg({ from: seattle, to: destination(seattle, 30, lengthM), performance, payloadKg });
    fc.assert(
      fc.property(length, length, payload, payload, (a, b, c, d) => {
        const light = plan(Math.min(a, b), Math.min(c, d));
        const heavy = plan(Math.max(a, b), Math.max(c, d));
        assert.ok(light.durationS <= heavy.durationS + 1e-6 && light.energyWh <= heavy.energyWh + 1e-6);
      }),
    );
  });

  test('to where the drone already stands takes nothing', () => {
    const leg = planLeg({ from: seattle, to: seattle, performance, payloadKg: 0, wind: { speedMps: 99, fromDeg: 0 } });
    assert.ok(leg.kind === 'leg');
    assert.deepEqual([leg.durationS, leg.energyWh], [0, 0]);
    assert.equal(progressOfLeg(leg, 0).phase, 'arrived');
  });

  test('of a few metres does without the climb', () => {
    const hop = planLeg({ from: seattle, to: destination(seattle, 0, 4), performance, payloadKg: 0 });
    near(hop.durationS, 4 / 20);
    const flight = planLeg({
      from: seattle,
      to: destination(seattle, 0, hopDistanceMaxM + 1),
      performance,
      payloadKg: 0,
    });
    near(flight.climbS, 18);
  });
});

describe('wind', () => {
  const eastwards = (speedMps: number, fromDeg: number) =>
    planLeg({
      from: seattle,
      to: destination(seattle, 90, 4000),
      performance,
      payloadKg: 0,
      wind: { speedMps, fromDeg },
    });

  test('adds from behind, takes from ahead and from the side', () => {
    for (const [fromDeg, expectedMps] of [
      [270, 32],
      [90, 8],
      [0, 16],
      [180, 16],
    ] as const) {
      const leg = eastwards(12, fromDeg);
      assert.ok(leg.kind === 'leg');
      near(leg.groundSpeedMps, expectedMps);
      near(leg.cruiseS, 4000 / expectedMps, 1e-5);
    }
  });

  test('that leaves no way forward makes the leg unflyable', () => {
    assert.deepEqual(eastwards(19.5, 90), { kind: 'unflyable', reason: 'head-wind' });
    assert.deepEqual(eastwards(20, 0), { kind: 'unflyable', reason: 'cross-wind' });
    assert.equal(eastwards(19.5, 270).kind, 'leg');
  });
});

describe('progress', () => {
  test('begins at the start and ends exactly at the target with all energy used', () => {
    fc.assert(
      fc.property(legs, (request) => {
        const leg = planLeg(request);
        const end = progressOfLeg(leg, leg.durationS);
        assert.deepEqual(end.position, request.to);
        assert.equal(end.phase, 'arrived');
        assert.equal(end.energyUsedWh, leg.energyWh);
        if (leg.durationS === 0) return;
        const start = progressOfLeg(leg, -1);
        near(distanceM(start.position, request.from), 0);
        near(start.altitudeM, request.from.altitudeM ?? 0);
        assert.equal(start.energyUsedWh, 0);
      }),
    );
  });

  test('never goes back, and never jumps', () => {
    fc.assert(
      fc.property(legs, fc.nat(99), (request, step) => {
        const leg = planLeg(request);
        const before = progressOfLeg(leg, (leg.durationS * step) / 100);
        const after = progressOfLeg(leg, (leg.durationS * (step + 1)) / 100);
        assert.ok(after.fraction >= before.fraction && after.energyUsedWh >= before.energyUsedWh);
        const reachM = (leg.groundSpeedMps * leg.durationS) / 100;
        assert.ok(distanceM(before.position, after.position) <= reachM + 1e-3);
      }),
    );
  });

  test('and what remains make the whole, at every moment', () => {
    fc.assert(
      fc.property(legs, between(0, 1), (request, share) => {
        const leg = planLeg(request);
        const elapsedS = leg.durationS * share;
        const now = progressOfLeg(leg, elapsedS);
        // Within a hop of either end the model flies sideways at once instead of up and down.
        const leftM = leg.distanceM * (1 - now.fraction);
        if (leg.distanceM > hopDistanceMaxM && leftM > 0 && leftM <= hopDistanceMaxM) return;
        const rest = remainingOfLeg({ ...request, position: now.position, observedGroundSpeedMps: now.groundSpeedMps });
        near(elapsedS + rest.durationS, leg.durationS, 1e-3);
        near(now.energyUsedWh + rest.energyWh, leg.energyWh, 1e-3);
      }),
    );
  });
});

describe('what remains', () => {
  const to = destination(seattle, 200, 6000);
  const rest = (position: Position, observedGroundSpeedMps?: number) =>
    remainingOfLeg({ position, to, performance, payloadKg: 0, observedGroundSpeedMps });
  const flying = { ...seattle, altitudeM: 90 };

  test('takes a drone of unknown altitude to cruise, or to have landed at its target', () => {
    assert.deepEqual(rest(seattle), rest(flying));
    assert.equal(rest(to).durationS, 0);
  });

  test('follows the observed speed half-way, but not a hovering drone or a wild report', () => {
    near(rest(flying, 10).groundSpeedMps, 15);
    near(rest(flying, 10).cruiseS, 400, 1e-4);
    for (const speedMps of [0, 4, 41]) assert.deepEqual(rest(flying, speedMps), rest(flying));
  });

  test('is unflyable where a leg would be', () => {
    const wind = { speedMps: 30, fromDeg: 110 };
    assert.equal(remainingOfLeg({ position: flying, to, performance, payloadKg: 0, wind }).kind, 'unflyable');
  });
});

test('charging fills the battery at constant power and no further', () => {
  near(chargingS(performance, 1000), 1200);
  near(chargingS(performance, 1000, 1250), 600);
  assert.equal(chargingS(performance, 1500), 0);
  near(chargedWh(performance, 1000, 600), 1250);
  assert.equal(chargedWh(performance, 1000, 1e6), 1500);
});
