import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planLeg } from '@dronedelivery/geo';
import { flyMission, noonMs, simDrone, south } from '../../test/sample-fleet.ts';
import { advance, skipTo } from './advance.ts';
import { activityOf, instrumentsOf, type SimDrone } from './drone.ts';
import { obey } from './obey.ts';
import { positionOf } from './place.ts';

const order = flyMission();
const ordered = obey(simDrone(), order);
const at = (drone: SimDrone, seconds: number, timeScale = 1) => advance(drone, noonMs + seconds * 1000, timeScale);
const legS = (from: Parameters<typeof positionOf>[0], to: Parameters<typeof positionOf>[0], payloadKg: number) =>
  planLeg({ from: positionOf(from), to: positionOf(to), performance: ordered.performance, payloadKg });

const departS = 60;
const first = legS({ latitude: 47.63, longitude: -122.33, altitude: 0 }, order.pickup, 0);
const second = legS(order.pickup, order.dropOff, order.payloadKg);
const last = legS(order.dropOff, south.location, 0);
const atPickupS = departS + first.durationS;
const loadedS = atPickupS + order.loadingS;
const atDropOffS = loadedS + second.durationS;
const unloadedS = atDropOffS + order.unloadingS;
const homeS = unloadedS + last.durationS;

describe('a mission', () => {
  test('takes exactly as long as planned, in every stage', () => {
    const stages = [
      [departS, 'Idle', 'EnRouteToPickup'],
      [atPickupS, 'EnRouteToPickup', 'Loading'],
      [loadedS, 'Loading', 'EnRouteToDropoff'],
      [atDropOffS, 'EnRouteToDropoff', 'Unloading'],
      [unloadedS, 'Unloading', 'Returning'],
      [homeS, 'Returning', 'Charging'],
    ] as const;
    for (const [endsS, before, after] of stages) {
      assert.equal(activityOf(at(ordered, endsS - 0.1)), before);
      assert.equal(activityOf(at(ordered, endsS + 0.1)), after);
    }
  });

  test('draws exactly the energy of its legs', () => {
    const home = at(ordered, homeS);
    const usedWh = ordered.performance.batteryWh - instrumentsOf(home).chargeWh;
    assert.ok(Math.abs(usedWh - first.energyWh - second.energyWh - last.energyWh) < 1e-6);
  });

  test('ends at the station of the order, which fills the battery', () => {
    const later = at(ordered, homeS + 3600);
    assert.deepEqual(instrumentsOf(later).position, { ...positionOf(south.location) });
    assert.equal(activityOf(later), 'Idle');
    assert.equal(later.chargeWh, later.performance.batteryWh);
    assert.equal(later.mission?.phase, 'over');
  });

  test('does not depend on how often it is looked at', () => {
    let ticked = ordered;
    for (let second = 0; second <= homeS + 10; second += 0.7) ticked = at(ticked, second);
    const jumped = advance(ordered, ticked.atMs, 1);
    assert.equal(activityOf(ticked), activityOf(jumped));
    assert.ok(Math.abs(ticked.chargeWh - jumped.chargeWh) < 1e-3);
  });

  test('is faster by the time scale, from its departure on', () => {
    const scaledHomeS = departS + (homeS - departS) / 20;
    assert.equal(activityOf(at(ordered, scaledHomeS - 0.1, 20)), 'Returning');
    assert.equal(activityOf(at(ordered, scaledHomeS + 0.1, 20)), 'Charging');
  });

  test('waits at the pickup for the time at which the parcel is handed over', () => {
    const early = obey(simDrone(), flyMission({ pickupTime: new Date(noonMs + 900_000).toISOString() }));
    assert.equal(activityOf(at(early, 929.9)), 'Loading');
    assert.equal(activityOf(at(early, 930.1)), 'EnRouteToDropoff');
  });
});

test('a waiting drone charges until it departs', () => {
  const half = obey(simDrone({ stateOfChargePercent: 50 }), order);
  assert.equal(activityOf(half), 'Charging');
  const gainedWh = (half.performance.chargePowerW * departS) / 3600;
  assert.ok(Math.abs(at(half, departS).chargeWh - 750 - gainedWh) < 1e-6);
});

test('a drone on its way home finishes that, or turns when its departure comes first', () => {
  const homeward = at(ordered, unloadedS + 20);
  const next = (departsInS: number) => {
    const departAt = new Date(homeward.atMs + departsInS * 1000).toISOString();
    return obey(homeward, flyMission({ missionId: 'mission-2', departAt }));
  };
  const beforeLanding = advance(next(10), homeward.atMs + 10_100, 1);
  assert.equal(activityOf(beforeLanding), 'EnRouteToPickup');
  assert.ok((instrumentsOf(beforeLanding).position.altitudeM ?? 0) > 50);
  assert.equal(activityOf(advance(next(600), homeward.atMs + 300_000, 1)), 'Charging');
  assert.equal(activityOf(advance(next(600), homeward.atMs + 600_100, 1)), 'EnRouteToPickup');
});

test('while time is skipped nothing happens, and everything comes as much later', () => {
  for (const momentS of [30, atPickupS - 10, atPickupS + 5, atDropOffS + 5]) {
    const held = at(ordered, momentS);
    const skipped = skipTo(held, held.atMs + 500_000);
    assert.deepEqual(instrumentsOf(skipped), instrumentsOf(held));
    assert.equal(activityOf(skipped), activityOf(held));
  }
  const loading = at(ordered, atPickupS + 5);
  const resumed = skipTo(loading, loading.atMs + 500_000);
  assert.equal(activityOf(advance(resumed, resumed.atMs + 24_900, 1)), 'Loading');
  assert.equal(activityOf(advance(resumed, resumed.atMs + 25_100, 1)), 'EnRouteToDropoff');
});
