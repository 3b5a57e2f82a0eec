import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TelemetryReport } from '@dronedelivery/contracts';
import { assignedMission, drone, home, key, place, report } from '../../test/builders.ts';
import { orderHome } from '../domain/mission-plan.ts';
import { Positions } from './positions.ts';

const command = orderHome(assignedMission(), home);
const bound = drone({ missionId: 'mission-1', missionKey: key, command });
const fleetWith = (one: typeof bound) => ({ drone: () => one });

function said(fields: Partial<TelemetryReport>): TelemetryReport {
  const { receivedAtMs: _, ...told } = report({ activity: 'EnRouteToPickup', ...fields });
  return told;
}

test('of several positions the newest is told, and only once', () => {
  const positions = new Positions(fleetWith(bound));
  positions.note(said({ sequence: 1, location: place(0, 0) }));
  positions.note(said({ sequence: 2, location: place(20, 0) }));
  assert.deepEqual(
    positions.take().map(({ telemetrySequence }) => telemetrySequence),
    [2],
  );
  assert.deepEqual(positions.take(), []);
  positions.note(said({ sequence: 3, location: place(20, 0) }));
  assert.deepEqual(positions.take(), []);
  positions.note(said({ sequence: 4, location: place(20, 0), activity: 'Loading' }));
  assert.equal(positions.take().length, 1);
});

test('a drone without a mission, or with another one, has no position to tell', () => {
  const free = new Positions(fleetWith({ ...bound, missionId: null, missionKey: null }));
  free.note(said({}));
  const other = new Positions(fleetWith(bound));
  other.note(said({ missionId: 'mission-0' }));
  assert.deepEqual([free.take(), other.take()], [[], []]);
});
