import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DroneActivity } from '@dronedelivery/contracts';
import fc from 'fast-check';
import { assignedMission, drone, minuteMs, nowMs, report } from '../../test/builders.ts';
import { type BoundMission, isBound, type Mission } from './mission.ts';
import { advance } from './mission-advance.ts';

const waiting = drone({ missionId: 'mission-1', reportedMissionId: 'mission-1', reportedRevision: 1 });
const kinds = (mission: BoundMission, activity: DroneActivity, from = waiting) =>
  advance(mission, from, report({ activity })).events.map(({ kind }) => kind);

test('each stage is told once', () => {
  const assigned = assignedMission();
  assert.deepEqual(kinds(assigned, 'Idle'), []);
  assert.deepEqual(kinds(assigned, 'EnRouteToPickup'), ['departed']);
  assert.deepEqual(kinds(assignedMission({ state: 'EnRouteToPickup' }), 'Loading'), []);
  assert.deepEqual(kinds(assignedMission({ state: 'Loading' }), 'EnRouteToDropoff'), ['picked-up']);
  assert.deepEqual(kinds(assignedMission({ state: 'EnRouteToDropoff' }), 'Unloading'), []);
  assert.deepEqual(kinds(assignedMission({ state: 'Unloading' }), 'Returning'), ['delivered']);
});

test('stages whose reports were lost are made up for', () => {
  const assigned = assignedMission();
  assert.deepEqual(kinds(assigned, 'Unloading'), ['departed', 'picked-up']);
  assert.deepEqual(kinds(assigned, 'Returning'), ['departed', 'picked-up', 'delivered']);
  assert.deepEqual(kinds(assignedMission({ state: 'EnRouteToPickup' }), 'Charging'), ['picked-up', 'delivered']);
});

test('a drone that is home and says that it has delivered has flown unheard; one that does not say so waits for its time', () => {
  const assigned = assignedMission();
  const homeward = drone({ activity: 'Returning', missionId: 'mission-1', reportedMissionId: 'mission-0' });
  const late = new Date(assigned.flight.deliveryEtaMs + 60 * minuteMs).toISOString();
  for (const activity of ['Returning', 'Charging', 'Idle'] as const) {
    const told = (parcelDelivered: boolean, missionId = assigned.missionId) =>
      advance(assigned, homeward, report({ activity, at: late, missionId, parcelDelivered })).events.map(
        ({ kind }) => kind,
      );
    assert.deepEqual(told(true), ['departed', 'picked-up', 'delivered']);
    assert.deepEqual(told(false), []);
    assert.deepEqual(told(true, 'mission-0'), []);
  }
});

test('a drone that was on its way home when it was assigned has not flown yet', () => {
  const homeward = drone({ activity: 'Returning', missionId: 'mission-1', reportedMissionId: 'mission-0' });
  assert.deepEqual(kinds(assignedMission(), 'Returning', homeward), []);
});

test('reports of another mission say nothing', () => {
  const step = advance(assignedMission(), waiting, report({ activity: 'Unloading', missionId: 'mission-0' }));
  assert.deepEqual(step.events, []);
});

test('a drone that is done is free, its time is booked', () => {
  const step = advance(
    assignedMission({ state: 'Unloading', pickedUpAtMs: nowMs }),
    waiting,
    report({ activity: 'Returning' }),
  );
  assert.equal(step.mission.state, 'Delivered');
  assert.equal(step.mission.deliveredAtMs, nowMs + minuteMs);
  assert.deepEqual(
    step.drones.map(({ binding, command }) => [binding, command?.kind]),
    [[null, 'ReturnToStation']],
  );
  assert.equal(
    step.usage.reduce((sum, { boundMs }) => sum + boundMs, 0),
    minuteMs,
  );
});

test('a late pickup moves the expected delivery', () => {
  const mission = assignedMission({ state: 'Loading' });
  const lateMs = 5 * minuteMs;
  const receivedAtMs = mission.flight.pickupEtaMs + lateMs;
  const after = advance(mission, waiting, report({ activity: 'EnRouteToDropoff', receivedAtMs })).mission;
  assert.equal(after.flight?.deliveryEtaMs, mission.flight.deliveryEtaMs + lateMs);
});

const activity = fc.constantFrom<DroneActivity>(
  'Idle',
  'Charging',
  'EnRouteToPickup',
  'Loading',
  'EnRouteToDropoff',
  'Unloading',
  'Returning',
);

test('whatever is reported, stages are told once, in order, with rising sequences', () => {
  const order = ['departed', 'picked-up', 'delivered'];
  fc.assert(
    fc.property(fc.array(activity, { maxLength: 30 }), (activities) => {
      let mission: Mission = assignedMission();
      const events = activities.flatMap((reported) => {
        if (!isBound(mission)) return [];
        const step = advance(mission, waiting, report({ activity: reported }));
        mission = step.mission;
        return step.events;
      });
      assert.deepEqual(
        events.map(({ kind }) => kind),
        order.slice(0, events.length),
      );
      const sequences = events.map(({ sequence }) => sequence);
      assert.ok(sequences.every((sequence, at) => at === 0 || sequence > (sequences[at - 1] ?? 0)));
    }),
  );
});
