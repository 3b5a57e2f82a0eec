import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distanceM } from '@dronedelivery/geo';
import { flyMission, noonMs, simDrone } from '../../test/sample-fleet.ts';
import { advance } from './advance.ts';
import { activityOf, instrumentsOf, type SimDrone } from './drone.ts';
import { crash, loseLink, restore } from './fault.ts';
import { obey } from './obey.ts';

const later = (drone: SimDrone, seconds: number) => advance(drone, drone.atMs + seconds * 1000, 1);
const flying = later(obey(simDrone(), flyMission()), 60 + 70);

test('a drone without a link flies on', () => {
  assert.deepEqual(later(loseLink(flying), 40), { ...later(flying, 40), condition: 'link-lost' });
  assert.deepEqual(restore(loseLink(flying)), flying);
});

test('a crashed drone lies where it fell and goes on from there when it is restored', () => {
  const fallen = later(crash(flying), 600);
  const { position, chargeWh } = instrumentsOf(fallen);
  assert.ok(distanceM(position, instrumentsOf(flying).position) < 0.01);
  assert.equal(position.altitudeM, 0);
  assert.equal(chargeWh, instrumentsOf(flying).chargeWh);
  const again = later(restore(fallen), 10);
  assert.equal(activityOf(again), 'EnRouteToPickup');
  assert.equal(instrumentsOf(again).position.altitudeM, 50);
});

test('a lost link does not raise a crashed drone', () => {
  assert.equal(loseLink(crash(flying)).condition, 'crashed');
});

test('a drone whose battery is empty in the air crashes, and gets another with its repair', () => {
  const weak = obey(simDrone({ stateOfChargePercent: 1.5 }), flyMission({ departAt: new Date(noonMs).toISOString() }));
  const fallen = later(weak, 300);
  assert.equal(fallen.condition, 'crashed');
  assert.equal(restore(fallen).chargeWh, fallen.performance.batteryWh / 2);
});
