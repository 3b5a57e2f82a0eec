import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { distanceM } from '@dronedelivery/geo';
import { flyMission, noonMs, north, returnToStation, simDrone, south } from '../../test/sample-fleet.ts';
import { advance } from './advance.ts';
import { activityOf, instrumentsOf, type SimDrone } from './drone.ts';
import { obey } from './obey.ts';
import { positionOf } from './place.ts';

const ordered = obey(simDrone(), flyMission());
const until = (activity: ReturnType<typeof activityOf>, from = ordered): SimDrone => {
  for (let drone = from, s = 0; s < 3600; s += 1) {
    drone = advance(drone, from.atMs + s * 1000, 1);
    if (activityOf(drone) === activity) return drone;
  }
  throw new Error(`never ${activity}`);
};
const everyStage = ['EnRouteToPickup', 'Loading', 'EnRouteToDropoff', 'Unloading', 'Returning', 'Charging'] as const;

describe('a repeated command', () => {
  test('changes nothing, in whatever stage it comes again', () => {
    for (const stage of everyStage) {
      const drone = until(stage);
      assert.equal(obey(drone, flyMission()), drone, stage);
    }
  });

  test('of a mission that is over is not flown again, also after other missions', () => {
    const home = until('Charging');
    const later = until('Charging', until('EnRouteToPickup', obey(home, flyMission({ missionId: 'mission-2' }))));
    assert.equal(obey(later, flyMission({ revision: 9 })), later);
  });

  test('to go home is carried out once', () => {
    const back = obey(until('EnRouteToPickup'), returnToStation());
    assert.equal(obey(back, returnToStation()), back);
  });
});

describe('a higher revision', () => {
  const moved = { latitude: 47.615, longitude: -122.36 };
  const replan = (drone: SimDrone, changes: object) => obey(drone, flyMission({ revision: 2, ...changes }));

  test('moves the departure of a drone that waits', () => {
    const replanned = replan(ordered, { departAt: new Date(noonMs + 120_000).toISOString() });
    assert.equal(activityOf(advance(replanned, noonMs + 119_000, 1)), 'Idle');
    assert.equal(activityOf(advance(replanned, noonMs + 121_000, 1)), 'EnRouteToPickup');
    assert.equal(replanned.mission?.revision, 2);
  });

  test('turns a drone to another pickup, from where it is', () => {
    for (const stage of ['EnRouteToPickup', 'Loading'] as const) {
      const before = until(stage);
      const replanned = replan(before, { pickup: moved });
      assert.equal(activityOf(replanned), 'EnRouteToPickup');
      assert.ok(distanceM(instrumentsOf(replanned).position, instrumentsOf(before).position) < 0.01);
      assert.ok(distanceM(until('Loading', replanned).position, moved) < 0.01);
    }
  });

  test('lets it fly on, and load on, where the pickup stays', () => {
    for (const stage of ['EnRouteToPickup', 'Loading'] as const) {
      const before = until(stage);
      assert.deepEqual(replan(before, {}).task, before.task);
    }
  });

  test('makes a loading drone wait for a later pickup', () => {
    const pickupTimeMs = noonMs + 1800_000;
    const replanned = replan(until('Loading'), { pickupTime: new Date(pickupTimeMs).toISOString() });
    const departedMs = until('EnRouteToDropoff', replanned).atMs;
    assert.ok(departedMs > pickupTimeMs && departedMs <= pickupTimeMs + 31_000);
  });

  test('turns a loaded drone to another drop-off', () => {
    const replanned = replan(until('EnRouteToDropoff'), { dropOff: moved });
    assert.ok(distanceM(until('Unloading', replanned).position, moved) < 0.01);
  });

  test('that is not higher than the known one is old', () => {
    const known = replan(ordered, {});
    assert.equal(obey(known, flyMission({ revision: 1, pickup: moved })), known);
  });
});

describe('another mission', () => {
  const other = flyMission({ missionId: 'mission-2', pickup: { latitude: 47.61, longitude: -122.3 } });

  test('replaces one whose parcel is not on board, for good', () => {
    const turned = obey(until('EnRouteToPickup'), other);
    assert.equal(turned.mission?.missionId, 'mission-2');
    assert.equal(activityOf(turned), 'EnRouteToPickup');
    assert.equal(obey(turned, flyMission({ revision: 7 })), turned);
  });

  test('never takes a drone that has a parcel on board', () => {
    for (const stage of ['EnRouteToDropoff', 'Unloading'] as const) {
      const loaded = until(stage);
      assert.equal(obey(loaded, other), loaded);
    }
  });
});

describe('the order to go home', () => {
  test('ends the mission wherever it stands, and its echo shows the revision', () => {
    for (const stage of ['EnRouteToPickup', 'Loading', 'EnRouteToDropoff'] as const) {
      const back = obey(until(stage), returnToStation());
      assert.equal(activityOf(back), 'Returning');
      assert.deepEqual([back.mission?.phase, back.mission?.revision], ['over', 2]);
      assert.deepEqual(advance(back, back.atMs + 3600_000, 1).position, positionOf(north.location));
    }
  });

  test('leaves a drone that still waits at that station where it is', () => {
    const back = obey(ordered, returnToStation());
    assert.equal(activityOf(back), 'Idle');
    assert.equal(activityOf(advance(back, noonMs + 300_000, 1)), 'Idle');
    assert.deepEqual([back.mission?.phase, back.mission?.revision], ['over', 2]);
  });

  test('after the delivery only raises the echo, or names another station', () => {
    const homeward = until('Returning');
    const same = obey(homeward, returnToStation({ station: south }));
    assert.deepEqual([same.task, same.mission?.revision], [homeward.task, 2]);
    const elsewhere = until('Charging', obey(homeward, returnToStation()));
    assert.deepEqual(elsewhere.position, positionOf(north.location));
  });

  test('for a mission that it does not know is echoed, and refuses that mission from then on', () => {
    const idle = simDrone();
    const told = obey(idle, returnToStation({ missionId: 'mission-0' }));
    assert.deepEqual([told.mission?.missionId, told.mission?.phase, activityOf(told)], ['mission-0', 'over', 'Idle']);
    assert.equal(obey(told, flyMission({ missionId: 'mission-0' })), told);
    assert.equal(obey(told, flyMission()).mission?.phase, 'pending');
  });

  test('for another mission than the one it flies is not for it', () => {
    const flying = until('EnRouteToPickup');
    assert.equal(obey(flying, returnToStation({ missionId: 'mission-0', revision: 9 })), flying);
  });
});
