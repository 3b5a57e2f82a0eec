import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TelemetryReport } from '@dronedelivery/contracts';
import { compileCheck } from '@dronedelivery/service-kit/schema-check';
import { flyMission, noonMs, simDrone } from '../../test/sample-fleet.ts';
import { advance } from './advance.ts';
import { obey } from './obey.ts';
import { reportOf } from './report.ts';

const faultsOf = compileCheck(TelemetryReport);
const flying = advance(obey(simDrone(), flyMission()), noonMs + 130_000, 1);

test('a report is valid at every moment of a mission', () => {
  for (let second = 0; second < 1500; second += 3) {
    const report = reportOf(advance(flying, flying.atMs + second * 1000, 1), second + 1, false);
    assert.equal(faultsOf(report), undefined);
  }
});

test('it shows the instruments and echoes the command', () => {
  const { missionId, revision, activity, speedMps, sequence, at } = reportOf(flying, 9, false);
  assert.deepEqual(
    { missionId, revision, activity, speedMps, sequence, at },
    {
      missionId: 'mission-1',
      revision: 1,
      activity: 'EnRouteToPickup',
      speedMps: 22,
      sequence: 9,
      at: '2026-11-21T12:02:10.000Z',
    },
  );
  assert.equal(reportOf(simDrone(), 1, false).missionId, undefined);
});

test('from the drop-off on it says that the parcel is delivered', () => {
  const said = [0, 300, 600, 1500].map((second) => {
    const { activity, parcelDelivered } = reportOf(advance(flying, flying.atMs + second * 1000, 1), 1, false);
    return [activity, parcelDelivered];
  });
  assert.deepEqual(said.at(0), ['EnRouteToPickup', undefined]);
  assert.deepEqual(said.at(-1), ['Idle', true]);
  const isHomeward = (activity: unknown) => ['Returning', 'Charging', 'Idle'].includes(String(activity));
  for (const [activity, delivered] of said) assert.equal(delivered === true, isHomeward(activity));
});

test('a drone that is held does not move', () => {
  assert.equal(reportOf(flying, 9, true).speedMps, 0);
});
