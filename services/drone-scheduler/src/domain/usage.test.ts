import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundUsage, flightUsage, missionUsage, totalUsage } from './usage.ts';

const owner = { businessId: 'fabrikam', ownerId: 'owner-1' };

test('time over the turn of a year is split at midnight UTC', () => {
  const from = Date.parse('2026-12-31T23:59:00Z');
  assert.deepEqual(
    boundUsage(owner, from, from + 180_000).map(({ year, month, boundMs }) => [year, month, boundMs]),
    [
      [2026, 12, 60_000],
      [2027, 1, 120_000],
    ],
  );
});

test('no time is no entry', () => assert.deepEqual(boundUsage(owner, 5, 5), []));

test('entries of one owner and month are added up', () => {
  const at = Date.parse('2026-11-21T09:00:00Z');
  const other = { ...owner, ownerId: 'owner-2' };
  const totals = totalUsage([
    missionUsage(owner, at),
    flightUsage(owner, at, 100),
    flightUsage(owner, at, 50),
    flightUsage(other, at, 7),
  ]);
  assert.deepEqual(
    totals.map(({ ownerId, flownM, missions }) => [ownerId, flownM, missions]),
    [
      ['owner-1', 150, 1],
      ['owner-2', 7, 0],
    ],
  );
});
