import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { geodesicDirect } from './direct.ts';
import { destination, distanceLowerBoundM, distanceM, initialBearingDeg, positionAlong } from './distance.ts';
import { geodesicInverse } from './inverse.ts';
import type { Position } from './position.ts';

const at = (latitude: number, longitude: number): Position => ({ latitude, longitude });
const degrees = (d: number, minutes: number, seconds: number) => d + minutes / 60 + seconds / 3600;
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);

/** Doubles of all magnitudes, and evenly spread ones. */
const between = (min: number, max: number) =>
  fc.oneof(
    fc.double({ min, max, noNaN: true }),
    fc.noBias(fc.integer({ min: 0, max: 1_000_000 })).map((n) => min + ((max - min) * n) / 1_000_000),
  );
const anywhere = fc.record({
  latitude: between(-90, 90),
  longitude: between(-180, 180),
});

describe('published geodesics', () => {
  // Geoscience Australia, "Geocentric Datum of Australia technical manual", Flinders Peak to Buninyong.
  const flindersPeak = at(-degrees(37, 57, 3.7203), degrees(144, 25, 29.5244));
  const buninyong = at(-degrees(37, 39, 10.1561), degrees(143, 55, 35.3839));

  test('Flinders Peak to Buninyong and back', () => {
    const way = geodesicInverse(flindersPeak, buninyong);
    near(way.distanceM, 54_972.271, 0.001);
    near(way.initialBearingDeg, degrees(306, 52, 5.37), 0.01 / 3600);
    near(initialBearingDeg(buninyong, flindersPeak), degrees(127, 10, 25.07), 0.01 / 3600);
    near(distanceM(destination(flindersPeak, degrees(306, 52, 5.37), 54_972.271), buninyong), 0, 0.005);
  });

  // GeographicLib's documentation (C. F. F. Karney): GeodSolve and the language bindings' examples.
  test('New York to London, Wellington to Salamanca, and 20,000 km from Perth', () => {
    near(distanceM(at(40.6, -73.8), at(51.6, -0.5)), 5_551_759.4, 0.001);
    near(distanceM(at(-41.32, 174.81), at(40.96, -5.5)), 19_959_679.267, 0.001);
    const { position } = geodesicDirect(at(-32.06, 115.74), 225, 20_000_000);
    near(position.latitude, 32.11195529, 1e-8);
    near(position.longitude, -63.95925278, 1e-8);
  });

  // Wikipedia, "Vincenty's formulae", nearly antipodal points: his iteration is slow on the first, fails on the second.
  test('nearly antipodal points', () => {
    near(distanceM(at(0, 0), at(0.5, 179.5)), 19_936_288.579, 0.001);
    near(distanceM(at(0, 0), at(0.5, 179.7)), 19_944_127.421, 0.001);
  });
});

describe('edges of the globe', () => {
  const halfMeridianM = 20_003_931.4586;

  test('antipodal points are half a meridian apart, wherever they lie', () => {
    for (const a of [at(0, 0), at(90, 0), at(-90, 12), at(30, 10), at(-45, -170)]) {
      near(distanceM(a, at(-a.latitude, a.longitude + 180)), halfMeridianM, 0.001);
    }
  });

  test('the equator is the shortest way until points are nearly antipodal', () => {
    near(distanceM(at(0, 10), at(0, 110)), (6_378_137 * Math.PI * 100) / 180, 1e-6);
    near(distanceM(at(0, 0), at(0, -179)), (6_378_137 * Math.PI * 179) / 180, 1e-6);
    assert.equal(initialBearingDeg(at(0, 0), at(0, -179)), 270);
    assert.ok(distanceM(at(0, 0), at(0, 179.5)) < (6_378_137 * Math.PI * 179.5) / 180);
  });

  test('the date line is no border', () => {
    near(distanceM(at(10, 179.9), at(10, -179.9)), distanceM(at(10, -0.1), at(10, 0.1)), 1e-6);
    near(initialBearingDeg(at(0, 179.9), at(0, -179.9)), 90, 1e-9);
    near(positionAlong(at(0, 179.9), at(0, -179.7), 0.5).longitude, -179.9, 1e-9);
  });

  test('every longitude is the same at a pole', () => {
    near(distanceM(at(90, 0), at(90, 120)), 0, 1e-6);
    near(distanceM(at(-90, -90), at(-89, 45)), distanceM(at(-90, 0), at(-89, 0)), 1e-6);
    near(destination(at(90, 0), 180, 1000).longitude, 0, 1e-9);
  });

  test('nearly antipodal points are found in every quarter', () => {
    for (const latitude of [-60, -20, -0.3, 0, 0.3, 20, 60]) {
      for (const offset of [-0.2, 0, 0.2]) {
        for (const turn of [179.8, -179.8, 180, 172, -172]) {
          const [a, b] = [at(latitude, 20), at(-latitude + offset, 20 + turn)];
          const way = geodesicInverse(a, b);
          near(distanceM(destination(a, way.initialBearingDeg, way.distanceM), b), 0, 1e-5);
          near(geodesicInverse(b, a).distanceM, way.distanceM, 1e-5);
          assert.ok(way.distanceM <= halfMeridianM + 1e-3);
        }
      }
    }
  });

  test('no way at all has no length and leads nowhere', () => {
    assert.deepEqual(geodesicInverse(at(47, 8), at(47, 8)), {
      distanceM: 0,
      initialBearingDeg: 0,
      finalBearingDeg: 0,
    });
    near(distanceM(destination(at(47, 8), 33, 0), at(47, 8)), 0, 1e-6);
  });
});

describe('laws of distance', () => {
  test('following the bearing for the distance leads to the target', () => {
    fc.assert(
      fc.property(anywhere, anywhere, (a, b) => {
        const way = geodesicInverse(a, b);
        near(distanceM(destination(a, way.initialBearingDeg, way.distanceM), b), 0, 1e-5);
      }),
    );
  });

  test('it is as far back as there', () => {
    fc.assert(fc.property(anywhere, anywhere, (a, b) => near(distanceM(a, b), distanceM(b, a), 1e-4)));
  });

  test('a detour is never shorter', () => {
    fc.assert(
      fc.property(anywhere, anywhere, anywhere, (a, b, c) => {
        assert.ok(distanceM(a, c) <= distanceM(a, b) + distanceM(b, c) + 1e-3);
      }),
    );
  });

  test('points along the way divide it', () => {
    const share = between(0, 1);
    fc.assert(
      fc.property(anywhere, anywhere, share, (a, b, fraction) => {
        near(distanceM(a, positionAlong(a, b, fraction)), distanceM(a, b) * fraction, 1e-3);
      }),
    );
  });

  test('the lower bound is one, and a tight one', () => {
    fc.assert(
      fc.property(anywhere, anywhere, (a, b) => {
        const boundM = distanceLowerBoundM(a, b);
        const exactM = distanceM(a, b);
        assert.ok(boundM <= exactM + 1e-6 && boundM >= exactM * 0.989 - 1e-6, `${boundM} against ${exactM}`);
      }),
    );
  });
});

test('the altitude is interpolated where both ends have one, and kept by destination', () => {
  const roof = { ...at(47, 8), altitudeM: 20 };
  assert.equal(positionAlong(roof, { ...at(47.1, 8), altitudeM: 40 }, 0.25).altitudeM, 25);
  assert.equal(positionAlong(roof, at(47.1, 8), 0.25).altitudeM, undefined);
  assert.equal(destination(roof, 90, 10).altitudeM, 20);
});
