import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asked, assignedMission, drone, home, key, minuteMs, nowMs, report } from '../../test/builders.ts';
import { applyDroneChange, type Drone, droneStateOf, hasAcknowledged, isFree } from './drone.ts';
import { isBound, type Mission, unseenMission } from './mission.ts';
import { advance } from './mission-advance.ts';
import { giveUp, loseDrone, release } from './mission-end.ts';
import { assign, replan, unassign } from './mission-plan.ts';
import { begin, type MissionStep } from './mission-step.ts';

const flying = drone({ missionId: 'mission-1', missionKey: key });
const kindsOf = (step: MissionStep | undefined) => step?.events.map(({ kind }) => kind);

test('release frees the drone and leaves a tombstone', () => {
  const step = release(assignedMission(), home, flying, nowMs);
  assert.deepEqual(kindsOf(step), ['released']);
  assert.equal(step?.mission.state, 'Released');
  assert.deepEqual(
    step?.drones.map(({ binding, command }) => [binding, command?.kind, command?.revision]),
    [[null, 'ReturnToStation', 2]],
  );
});

test('release of a delivery never seen leaves a tombstone, a second one changes nothing', () => {
  const first = release(unseenMission(key), undefined, undefined, nowMs);
  assert.equal(first?.mission.state, 'Released');
  assert.deepEqual(first?.events, []);
  const again = first && release(first.mission, undefined, undefined, nowMs);
  assert.equal(again?.mission, first?.mission);
});

test('release with the parcel on board is refused', () => {
  const onBoard = assignedMission({ state: 'EnRouteToDropoff', pickedUpAtMs: nowMs });
  assert.equal(release(onBoard, home, flying, nowMs), undefined);
});

test('a lost drone before the pickup: the delivery seeks another', () => {
  const step = loseDrone(assignedMission({ state: 'EnRouteToPickup' }), flying, home, nowMs);
  assert.deepEqual(kindsOf(step), ['unassigned']);
  assert.equal(step.mission.state, 'Waiting');
  assert.deepEqual(step.mission.seekingFor, { missionId: 'mission-1', droneId: 'drone-1' });
  const lost = step.drones.map((change) => applyDroneChange(flying, change));
  assert.deepEqual(
    lost.map((one) => one && droneStateOf(one)),
    ['Lost'],
  );
});

test('a lost drone after the pickup: the delivery fails', () => {
  const step = loseDrone(assignedMission({ state: 'EnRouteToDropoff', pickedUpAtMs: nowMs }), flying, home, nowMs);
  assert.deepEqual(kindsOf(step), ['failed']);
  assert.equal(step.mission.reason?.code, 'drone-lost');
});

test('the search for another drone ends with a failure that names the last mission', () => {
  const seeking = loseDrone(assignedMission(), flying, home, nowMs).mission;
  const [event] = giveUp(seeking, nowMs + minuteMs).events;
  assert.equal(event?.kind, 'failed');
  assert.equal(event?.missionId, 'mission-1');
  assert.equal(event?.reason?.code, 'no-drone-before-deadline');
});

test('a replanned mission keeps its drone under a higher revision', () => {
  const mission = assignedMission();
  const step = replan(begin(mission), asked('11'), { drone: flying, flight: mission.flight }, nowMs);
  assert.deepEqual(kindsOf(step), ['replanned']);
  assert.equal(step.mission.revision, 2);
  assert.equal(step.mission.requestSequence, '11');
  assert.deepEqual(
    step.drones.map(({ expectMissionId, command }) => [expectMissionId, command?.revision]),
    [['mission-1', 2]],
  );
});

test('a drone is free again only when it has given up its mission', () => {
  const [change] = release(assignedMission(), home, flying, nowMs)?.drones ?? [];
  const flyingIt = {
    ...flying,
    activity: 'EnRouteToPickup',
    reportedMissionId: 'mission-1',
    reportedRevision: 1,
  } as const;
  const told = change && applyDroneChange(flyingIt, change);
  assert.ok(told?.command && !isFree(told) && !hasAcknowledged(told, told.command));
  const heard = report({ activity: 'Returning', revision: 2 });
  const turned = applyDroneChange(told, { droneId: 'drone-1', expectMissionId: null, report: heard });
  assert.ok(turned && isFree(turned) && droneStateOf(turned) === 'Returning');
  const landed = report({ activity: 'Charging', revision: 2, sequence: 2 });
  const parked = applyDroneChange(turned, { droneId: 'drone-1', expectMissionId: null, report: landed });
  assert.equal(parked?.command, null);
  assert.equal(parked && droneStateOf(parked), 'Charging');
});

test('a lost drone that speaks again is told to return', () => {
  const step = loseDrone(assignedMission(), flying, home, nowMs);
  const [change] = step.drones;
  const lost = change && applyDroneChange(flying, change);
  const back =
    lost &&
    applyDroneChange(lost, {
      droneId: 'drone-1',
      expectMissionId: null,
      report: report({ activity: 'EnRouteToPickup' }),
    });
  assert.ok(back?.command?.kind === 'ReturnToStation' && !hasAcknowledged(back, back.command) && !isFree(back));
});

type Move = 'assign' | 'replan' | 'lose' | 'release' | 'unassign' | Drone['activity'];
const moves = fc.constantFrom<Move>(
  ...(['assign', 'replan', 'lose', 'release', 'unassign', 'EnRouteToPickup', 'Loading'] as const),
  ...(['EnRouteToDropoff', 'Unloading', 'Returning', 'Idle'] as const),
);

test('mission and drone never disagree on who flies what, and sequences rise', () => {
  fc.assert(
    fc.property(fc.array(moves, { maxLength: 40 }), (story) => {
      let one = drone();
      let mission: Mission = { ...unseenMission(key), ...asked() };
      story.forEach((move, index) => {
        const step = stepOf(move, mission, one, index);
        const after = step?.drones.reduce<Drone | undefined>((at, change) => at && applyDroneChange(at, change), one);
        if (step === undefined || after === undefined) return;
        const sequences = [mission.sequence, ...step.events.map(({ sequence }) => sequence)];
        assert.ok(sequences.every((sequence, at) => at === 0 || sequence > (sequences[at - 1] ?? 0)));
        assert.ok(step.mission.sequence >= (sequences.at(-1) ?? 0));
        [mission, one] = [step.mission, after];
        assert.equal(isBound(mission) ? mission.missionId : null, one.missionId);
      });
    }),
  );
});

function stepOf(move: Move, mission: Mission, one: Drone, index: number): MissionStep | undefined {
  const choice = { drone: one, flight: assignedMission().flight };
  const received = report({ sequence: index + 1, missionId: mission.missionId ?? 'none', activity: one.activity });
  switch (move) {
    case 'assign':
      return isBound(mission) || mission.state !== 'Waiting' || !isFree(one)
        ? undefined
        : assign(begin(mission), choice, `mission-${index}`, nowMs);
    case 'replan':
      return isBound(mission) && mission.pickedUpAtMs === null
        ? replan(begin(mission), asked('11'), choice, nowMs)
        : undefined;
    case 'lose':
      return isBound(mission) ? loseDrone(mission, one, home, nowMs) : undefined;
    case 'release':
      return release(mission, home, one, nowMs);
    case 'unassign':
      return isBound(mission) && mission.pickedUpAtMs === null
        ? unassign(begin(mission), home, { code: 'test', text: '' }, one, nowMs)
        : undefined;
    default: {
      const moved = { ...received, activity: move };
      const step = isBound(mission) ? advance(mission, one, moved) : begin(mission);
      const [ending] = step.drones;
      return { ...step, drones: [{ ...ending, droneId: one.droneId, expectMissionId: one.missionId, report: moved }] };
    }
  }
}
