import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distanceM } from '@dronedelivery/geo';
import { courier, drone, minuteMs, nowMs, place, report } from '../../test/builders.ts';
import type { Drone, ReceivedReport } from './drone.ts';
import { believedInTime, checkReport } from './report-check.ts';

const flying = drone({
  activity: 'EnRouteToPickup',
  telemetrySequence: 5,
  reportedAtMs: nowMs,
  lastSeenAtMs: nowMs,
  reportedMissionId: 'mission-1',
  stateOfChargePercent: 60,
});
const next = (fields: Partial<ReceivedReport> = {}) =>
  report({ sequence: 6, activity: 'EnRouteToPickup', stateOfChargePercent: 59, ...fields });
const limitsOf = (timeScale: number) => ({ timeScale, clockAheadMsMax: minuteMs });
const check = (received: ReceivedReport, before: Drone = flying, timeScale = 1) =>
  checkReport(before, courier, received, distanceM(before.location, received.location), limitsOf(timeScale));

test('what is not newer is stale', () => {
  assert.equal(check(next({ sequence: 5 })), 'stale');
  assert.equal(check(next()), 'accepted');
});

test('a drone cannot be faster than it flies', () => {
  const receivedAtMs = nowMs + 10_000;
  assert.equal(check(next({ receivedAtMs, location: place(600, 0) })), 'accepted');
  assert.equal(check(next({ receivedAtMs, location: place(5000, 0) })), 'implausible');
  assert.equal(check(next({ receivedAtMs, location: place(5000, 0) }), flying, 20), 'accepted');
});

test('a battery does not fill in flight', () => {
  assert.equal(check(next({ stateOfChargePercent: 70 })), 'implausible');
  assert.equal(check(next({ stateOfChargePercent: 70, activity: 'Charging' })), 'accepted');
});

test('a clock far ahead is not believed: ours counts', () => {
  const at = (ms: number) => new Date(nowMs + ms).toISOString();
  const believed = (ms: number) => believedInTime({ ...next({ receivedAtMs: nowMs }), at: at(ms) }, limitsOf(1)).at;
  assert.equal(believed(minuteMs), at(minuteMs));
  assert.equal(believed(minuteMs + 1), at(0));
  assert.equal(believed(-10 * minuteMs), at(-10 * minuteMs));
});

test('a drone whose clock was set back flies on, but no faster than it can', () => {
  const at = new Date(nowMs - 60 * minuteMs).toISOString();
  for (const timeScale of [1, 60]) {
    assert.equal(check({ ...next({ location: place(1500, 0) }), at }, flying, timeScale), 'accepted');
    assert.equal(check({ ...next({ location: place(5000, 0) }), at }, flying, timeScale), 'implausible');
  }
});

test('a drone that was lost may be anywhere', () => {
  assert.equal(check(next({ location: place(90_000, 0) }), { ...flying, lost: true }), 'accepted');
  assert.equal(check(next({ location: place(90_000, 0) }), { ...flying, reportedAtMs: null }), 'accepted');
});
