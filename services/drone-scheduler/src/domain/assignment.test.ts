import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { center, courier, drone, fleetOf, home, minuteMs, nowMs, place, request, rules } from '../../test/builders.ts';
import { assignEarliestPickup, planFor } from './assignment.ts';
import type { Drone } from './drone.ts';

const at = (droneId: string, eastM: number, fields: Partial<Drone> = {}) =>
  drone({ droneId, location: place(eastM, 0), ...fields });
const chosen = (drones: readonly Drone[], wanted = request()) =>
  assignEarliestPickup(fleetOf(drones), wanted, rules, nowMs)?.drone.droneId;

test('the nearest drone is taken', () => {
  assert.equal(chosen([at('far', -5000), at('near', 1500), at('middle', 0)]), 'near');
});

test('a drone that is bound, lost, out of service or has not given up its last mission is not', () => {
  const command = { kind: 'ReturnToStation', droneId: 'd', missionId: 'm', revision: 2, station: home } as const;
  const drones = [
    at('bound', 1000, { missionId: 'm' }),
    at('lost', 1000, { lost: true }),
    at('out', 1000, { outOfService: true }),
    at('has-not-heard', 1000, { command, reportedMissionId: 'm', reportedRevision: 1 }),
  ];
  assert.equal(chosen(drones), undefined);
});

test('size and weight have to fit', () => {
  assert.equal(chosen([at('d', 0)], request({ weightKg: 12.1 })), undefined);
  assert.equal(chosen([at('d', 0)], request({ packageSize: 'Large' })), undefined);
  assert.equal(chosen([at('d', 0)], request({ weightKg: 12 })), 'd');
});

test('a drone needs the energy for the whole way and a reserve', () => {
  assert.equal(chosen([at('empty', 0, { stateOfChargePercent: 20 }), at('full', -3000)]), 'full');
});

test('a charging drone leaves as soon as its battery suffices', () => {
  const charging = at('c', 0, { activity: 'Charging', stateOfChargePercent: 20, lastSeenAtMs: nowMs });
  const choice = assignEarliestPickup(fleetOf([charging]), request(), rules, nowMs);
  assert.ok(choice !== undefined && choice.flight.departAtMs > nowMs + minuteMs);
});

test('a returning drone is planned from where it is', () => {
  const returning = at('r', 1800, { activity: 'Returning', speedMps: 20, lastSeenAtMs: nowMs });
  const choice = assignEarliestPickup(fleetOf([returning, at('parked', 0)]), request(), rules, nowMs);
  assert.equal(choice?.drone.droneId, 'r');
  assert.equal(choice?.flight.departAtMs, nowMs);
});

test('it leaves so that it arrives at the pickup time', () => {
  const pickupTimeMs = nowMs + 10 * minuteMs;
  const choice = assignEarliestPickup(fleetOf([at('d', 0)]), request({ pickupTimeMs }), rules, nowMs);
  assert.equal(choice?.flight.pickupEtaMs, pickupTimeMs + rules.loadingS * 1000);
  assert.ok(choice.flight.departAtMs > nowMs + 7 * minuteMs && choice.flight.departAtMs < pickupTimeMs);
});

test('a flight that would end after the deadline is none', () => {
  assert.equal(chosen([at('d', 0)], request({ deadlineMs: nowMs + 2 * minuteMs })), undefined);
});

test('time scale divides flight and ground times', () => {
  const parked = drone({ lastSeenAtMs: nowMs - minuteMs });
  const slow = planFor(fleetOf([parked]), parked, request(), rules, nowMs);
  const fast = planFor(fleetOf([parked]), parked, request(), { ...rules, timeScale: 10 }, nowMs);
  assert.ok(slow !== undefined && fast !== undefined);
  assert.ok(Math.abs((slow.deliveryEtaMs - nowMs) / 10 - (fast.deliveryEtaMs - nowMs)) <= 1);
});

const anyDrone = fc.record({
  east: fc.integer({ min: -8000, max: 8000 }),
  north: fc.integer({ min: -8000, max: 8000 }),
  charge: fc.integer({ min: 5, max: 100 }),
  activity: fc.constantFrom<Drone['activity']>('Idle', 'Charging', 'Returning'),
});

test('no other drone would pick up more than a moment earlier', () => {
  fc.assert(
    fc.property(fc.array(anyDrone, { maxLength: 12 }), fc.integer({ min: 0, max: 12 }), (found, aheadMinutes) => {
      const drones = found.map(({ east, north, charge, activity }, index) =>
        drone({
          droneId: `d${index}`,
          location: place(east, north),
          stateOfChargePercent: charge,
          activity,
          lastSeenAtMs: nowMs,
        }),
      );
      const fleet = fleetOf(drones, [home], [courier]);
      const wanted = request({ pickup: center, pickupTimeMs: nowMs + aheadMinutes * minuteMs });
      const all = drones.flatMap((one) => planFor(fleet, one, wanted, rules, nowMs)?.pickupEtaMs ?? []);
      const choice = assignEarliestPickup(fleet, wanted, rules, nowMs);
      assert.equal(choice === undefined, all.length === 0);
      if (choice !== undefined) assert.ok(choice.flight.pickupEtaMs <= Math.min(...all) + 1000);
    }),
  );
});

test('a clock that was set back does not put a departure off', () => {
  const parked = drone({ lastSeenAtMs: nowMs + 3_600_000 });
  const flight = planFor(fleetOf([parked]), parked, request(), rules, nowMs);
  assert.equal(flight?.departAtMs, nowMs + rules.parkedReportMs);
});
