import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TelemetryReport } from '@dronedelivery/contracts';
import { assignedMission, courier, drone, key, minuteMs, nowMs, place, report } from '../../test/builders.ts';
import { TelemetryBatch } from './telemetry-batch.ts';

const bound = drone({ missionId: 'mission-1', missionKey: key, activity: 'EnRouteToPickup', reportedAtMs: nowMs });

function judgeAll(...reports: readonly TelemetryReport[]) {
  const fleet = { models: new Map([[courier.modelId, courier]]), drone: () => bound };
  const mission = assignedMission({ state: 'EnRouteToPickup' });
  const batch = new TelemetryBatch(fleet, [mission], { timeScale: 1, clockAheadMsMax: 1000 });
  return reports.map((one) => batch.judge(one, nowMs + minuteMs));
}

function inFlight(sequence: number, eastM: number, fields: Partial<TelemetryReport> = {}): TelemetryReport {
  return report({ sequence, activity: 'EnRouteToPickup', location: place(eastM, 0), ...fields });
}

test('each piece of the way is counted once, from the report before it', () => {
  const judged = judgeAll(inFlight(1, 400), inFlight(2, 700), inFlight(3, 800));
  const flown = judged
    .flatMap(({ decision }) => decision?.usage ?? [])
    .map(({ flownM }) => Math.round(flownM / 10) * 10);
  assert.deepEqual(flown, [400, 300, 100]);
});

test('a report is held against the one before it in the batch: stale, or too far from it', () => {
  const judged = judgeAll(inFlight(2, 1000), inFlight(2, 1000), inFlight(1, 900), inFlight(3, -800), inFlight(4, 1100));
  assert.deepEqual(
    judged.map(({ result }) => result),
    ['accepted', 'stale', 'stale', 'implausible', 'accepted'],
  );
});

test('a mission goes on from where the report before has left it, and what comes after its end is no part of it', () => {
  const judged = judgeAll(
    inFlight(1, 400, { activity: 'Loading' }),
    inFlight(2, 500, { activity: 'EnRouteToDropoff' }),
    inFlight(3, 600, { activity: 'Returning' }),
    inFlight(4, 700, { activity: 'Returning' }),
  );
  const told = judged.map(({ decision }) => decision?.events.map(({ kind }) => kind));
  assert.deepEqual(told, [[], ['picked-up'], ['delivered'], []]);
  assert.equal(judged.at(-1)?.decision?.mission, null);
});
