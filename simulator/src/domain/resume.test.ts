import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drone } from '@dronedelivery/contracts';
import { distanceM } from '@dronedelivery/geo';
import {
  flyMission,
  knownDrone,
  knownFleet,
  noonMs,
  north,
  returnToStation,
  simDrone,
  south,
} from '../../test/sample-fleet.ts';
import { advance } from './advance.ts';
import { activityOf, instrumentsOf, type SimDrone } from './drone.ts';
import { obey } from './obey.ts';
import { reportOf } from './report.ts';
import { resume } from './resume.ts';

const order = flyMission({ departAt: new Date(noonMs).toISOString() });
const onMission = { missionId: order.missionId, command: order, state: 'OnMission' } as const;
const homeAt = (drone: SimDrone) => {
  for (let at = drone, s = 0; s < 3600; s += 1) {
    at = advance(at, drone.atMs + s * 1000, 1);
    if (at.mission?.phase === 'over' && at.task.kind === 'parked') return { ms: at.atMs, chargeWh: at.chargeWh };
  }
  throw new Error('never home');
};

/** What the scheduler knows after the drone's last report. */
function heard(drone: SimDrone, mission: Partial<Drone>): Drone {
  const { location, stateOfChargePercent, activity, headingDeg, speedMps } = reportOf(drone, 7, false);
  return knownDrone({ location, stateOfChargePercent, activity, headingDeg, speedMps, ...mission });
}

test('from every moment of a mission it is flown to its end as if nothing had been', () => {
  const start = obey(simDrone(), order);
  const undisturbed = homeAt(start);
  for (let second = 1; second < (undisturbed.ms - noonMs) / 1000 - 1; second += 5) {
    const before = advance(start, noonMs + second * 1000, 1);
    const over = before.mission?.phase === 'over';
    const command = over ? returnToStation({ station: south }) : order;
    const known = heard(before, over ? { command } : onMission);
    const after = resume(known, knownFleet, before.atMs, 1);
    assert.ok(after !== undefined);
    assert.equal(activityOf(after), activityOf(before));
    // Loading and unloading begin anew.
    const lateMs = homeAt(after).ms - undisturbed.ms;
    assert.ok(lateMs > -1500 && lateMs < 31_500, `${second} s: ${activityOf(before)}, late by ${lateMs} ms`);
    assert.ok(Math.abs(homeAt(after).chargeWh - undisturbed.chargeWh) < 5);
  }
});

test('a drone that waits for its departure still does', () => {
  const drone = simDrone({ ...onMission, command: flyMission(), activity: 'Charging', stateOfChargePercent: 60 });
  assert.equal(activityOf(advance(drone, noonMs + 59_000, 1)), 'Charging');
  assert.equal(activityOf(advance(drone, noonMs + 61_000, 1)), 'EnRouteToPickup');
});

test('without an order it charges where it stands, and goes home from anywhere else', () => {
  const away = { latitude: 47.61, longitude: -122.31, altitude: 90 };
  assert.equal(
    activityOf(simDrone({ location: south.location, activity: 'Charging', stateOfChargePercent: 40 })),
    'Charging',
  );
  const homeward = simDrone({ location: away, activity: 'Returning', stateOfChargePercent: 60 });
  assert.equal(activityOf(homeward), 'Returning');
  const home = advance(homeward, noonMs + 1200_000, 1);
  assert.ok(distanceM(instrumentsOf(home).position, north.location) < 0.01);
});

test('an order to go home is taken up', () => {
  const away = { latitude: 47.61, longitude: -122.31, altitude: 0 };
  const drone = simDrone({ location: away, command: returnToStation({ station: south }) });
  assert.equal(activityOf(drone), 'Returning');
  assert.ok(distanceM(advance(drone, noonMs + 1200_000, 1).position, south.location) < 0.01);
});

test('a drone of an unknown model or home cannot fly', () => {
  assert.equal(resume(knownDrone({ modelId: 'other' }), knownFleet, noonMs, 1), undefined);
  const nowhere = { latitude: 1, longitude: 1 };
  assert.equal(resume(knownDrone({ stationId: 'other', location: nowhere }), knownFleet, noonMs, 1), undefined);
});
