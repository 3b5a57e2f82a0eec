import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drone, place } from '../../test/builders.ts';
import { FreeDrones } from './free-drones.ts';
import type { Cells } from './ports.ts';

const cells: Cells = {
  radiusM: 1000,
  cellOf: ({ latitude, longitude }) => `${latitude.toFixed(2)}/${longitude.toFixed(2)}`,
  centerOf: () => place(0, 0),
};
const at = (droneId: string, eastM: number, fields = {}) => drone({ droneId, location: place(eastM, 0), ...fields });

function spotsOf(free: FreeDrones): string[][] {
  const spots = [...free.groups()].flatMap((group) => [...group.spots]);
  return spots.map((spot) => [...spot.drones].map(({ droneId }) => droneId).sort()).sort();
}

test('drones of one model at one place share a spot', () => {
  const free = new FreeDrones(cells);
  for (const one of [at('a', 0), at('b', 0), at('c', 50), at('d', 5000), at('e', 0, { modelId: 'other' })])
    free.put(one);
  assert.deepEqual(spotsOf(free), [['a', 'b'], ['c'], ['d'], ['e']]);
});

test('a drone is at one place only, and leaves nothing behind', () => {
  const free = new FreeDrones(cells);
  free.put(at('a', 0));
  free.put(at('a', 5000));
  free.put(at('a', 5000, { activity: 'Returning' }));
  assert.deepEqual(spotsOf(free), [['a']]);
  free.put(at('a', 5000, { activity: 'Returning', stateOfChargePercent: 7 }));
  const [known] = [...free.groups()].flatMap((group) => [...group.spots].flatMap((spot) => [...spot.drones]));
  assert.equal(known?.stateOfChargePercent, 7);
  free.remove('a');
  free.remove('a');
  assert.deepEqual([...free.groups()], []);
});
