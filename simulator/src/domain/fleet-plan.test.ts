import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DroneModel, RegisterDrone, Station } from '@dronedelivery/contracts';
import { distanceM, planLeg } from '@dronedelivery/geo';
import { compileCheck } from '@dronedelivery/service-kit/schema-check';
import { planFleet } from './fleet-plan.ts';
import { positionOf } from './place.ts';

const center = { latitude: 47.6062, longitude: -122.3321 };

test('the same numbers give the same fleet, another seed another', () => {
  assert.deepEqual(planFleet(50, 7, center), planFleet(50, 7, center));
  assert.notDeepEqual(planFleet(50, 7, center), planFleet(50, 8, center));
});

test('every part of a fleet is valid, unique and knows the others', () => {
  const faultsOf = {
    model: compileCheck(DroneModel),
    station: compileCheck(Station),
    drone: compileCheck(RegisterDrone),
  };
  for (const count of [1, 40, 6000]) {
    const { models, stations, drones } = planFleet(count, 1, center);
    assert.equal(drones.length, count);
    assert.equal(new Set(drones.map(({ droneId }) => droneId)).size, count);
    const stationIds = new Set(stations.map(({ stationId }) => stationId));
    assert.equal(stationIds.size, stations.length);
    for (const model of models) assert.equal(faultsOf.model(model), undefined);
    for (const station of stations) {
      assert.equal(faultsOf.station(station), undefined);
      assert.ok(distanceM(station.location, center) <= 5_001);
    }
    for (const drone of drones) {
      assert.equal(faultsOf.drone(drone), undefined);
      assert.ok(stationIds.has(drone.stationId));
    }
  }
});

test('every model carries 10 kg across the city and back with a reserve, one carries large parcels', () => {
  const { models } = planFleet(10, 1, center);
  const from = positionOf(center);
  const to = { latitude: 47.68, longitude: -122.33 };
  for (const { performance, maxPayloadKg, sizes } of models) {
    assert.ok(maxPayloadKg >= 10 && sizes.includes('Small'));
    const loaded = planLeg({ from, to, performance, payloadKg: 10 });
    const empty = planLeg({ from: to, to: from, performance, payloadKg: 0 });
    assert.ok(loaded.energyWh + 2 * empty.energyWh < performance.batteryWh * 0.8);
  }
  assert.ok(models.some(({ sizes }) => sizes.includes('Large')));
  const flown = new Set(planFleet(10, 1, center).drones.map(({ modelId }) => modelId));
  assert.equal(flown.size, models.length);
});
