import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distanceM } from '@dronedelivery/geo';
import fc from 'fast-check';
import { h3Cells } from './cells.ts';

test('no place is farther from the middle of its cell than the radius says', () => {
  const latitude = fc.double({ min: -85, max: 85, noNaN: true });
  const longitude = fc.double({ min: -180, max: 180, noNaN: true });
  fc.assert(
    fc.property(fc.record({ latitude, longitude }), (place) => {
      assert.ok(distanceM(h3Cells.centerOf(h3Cells.cellOf(place)), place) <= h3Cells.radiusM);
    }),
    { numRuns: 2000 },
  );
});
