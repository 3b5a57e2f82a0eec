import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Drone, DroneCommand, TelemetryAnswer, TelemetryReport } from '@dronedelivery/contracts';
import { recordedEvents } from '../../test/recorded-events.ts';
import { flyMission, knownDrone, knownFleet, noonMs } from '../../test/sample-fleet.ts';
import { Fleet } from './fleet.ts';

function fleetOf(drones: readonly Drone[], timeScale = 1) {
  const { events, told } = recordedEvents();
  const fleet = new Fleet({ timeScale, random: () => 0, events });
  fleet.adopt(drones, knownFleet, noonMs);
  return { fleet, told };
}

const drones = (count: number) =>
  Array.from({ length: count }, (_, index) => knownDrone({ droneId: `drone-${index}` }));
const accepted = (reports: readonly TelemetryReport[], ...commands: readonly DroneCommand[]): TelemetryAnswer => ({
  results: reports.map(({ droneId }) => ({ droneId, result: 'accepted' })),
  commands: [...commands],
});
const ids = (reports: readonly TelemetryReport[]) => reports.map(({ droneId }) => droneId);
const departNow = flyMission({ droneId: 'drone-0', departAt: new Date(noonMs).toISOString() });

describe('reports', () => {
  test('come in bounded batches, every drone once, in turn', () => {
    const { fleet } = fleetOf(drones(5));
    assert.deepEqual(ids(fleet.takeDue(noonMs, 2)), ['drone-0', 'drone-1']);
    assert.deepEqual(ids(fleet.takeDue(noonMs, 2)), ['drone-2', 'drone-3']);
    assert.deepEqual(ids(fleet.takeDue(noonMs, 2)), ['drone-4']);
    assert.deepEqual(fleet.takeDue(noonMs, 2), []);
  });

  test('go on above the sequence that the scheduler knows, strictly', () => {
    const { fleet } = fleetOf([knownDrone({ telemetrySequence: 41 })]);
    const sequences = [0, 20_000, 40_000].flatMap((passedMs) => {
      const reports = fleet.takeDue(noonMs + passedMs, 10);
      fleet.answered(accepted(reports), noonMs + passedMs);
      return reports.map(({ sequence }) => sequence);
    });
    assert.deepEqual(sequences, [42, 43, 44]);
  });

  test('of one drone never overtake each other', () => {
    const { fleet } = fleetOf(drones(1));
    const reports = fleet.takeDue(noonMs, 10);
    assert.deepEqual(fleet.takeDue(noonMs + 60_000, 10), []);
    fleet.answered(accepted(reports), noonMs + 60_000);
    assert.equal(fleet.takeDue(noonMs + 60_000, 10).length, 1);
  });

  test('that failed are made anew at once, with a higher sequence and the newest state', () => {
    const { fleet } = fleetOf(drones(1));
    const first = fleet.takeDue(noonMs, 10);
    fleet.failed(first, noonMs + 5_000);
    const [again] = fleet.takeDue(noonMs + 5_000, 10);
    assert.equal(again?.sequence, 2);
    assert.equal(again?.at, new Date(noonMs + 5_000).toISOString());
  });

  test('of parked drones are due just within 20 s, of flying ones each second, sooner by the time scale', () => {
    for (const [timeScale, parkedMs, activeMs] of [
      [1, 18_000, 1_000],
      [4, 4_500, 250],
      [100, 900, 200],
    ] as const) {
      const { fleet } = fleetOf(drones(1), timeScale);
      const parked = fleet.takeDue(noonMs, 1);
      fleet.answered(accepted(parked), noonMs);
      assert.equal(fleet.takeDue(noonMs + parkedMs - 1, 1).length, 0);
      fleet.answered(accepted(fleet.takeDue(noonMs + parkedMs, 1), departNow), noonMs + parkedMs);
      const flying = fleet.takeDue(noonMs + parkedMs + 1, 1);
      assert.equal(flying[0]?.activity, 'EnRouteToPickup');
      fleet.answered(accepted(flying), noonMs + parkedMs + 1);
      assert.equal(fleet.takeDue(noonMs + parkedMs + activeMs, 1).length, 0);
      assert.equal(fleet.takeDue(noonMs + parkedMs + activeMs + 1, 1).length, 1);
    }
  });
});

describe('answers', () => {
  test('make a drone echo its command at once, and only once', () => {
    const { fleet, told } = fleetOf(drones(1));
    fleet.answered(accepted(fleet.takeDue(noonMs, 1), departNow), noonMs + 50);
    const [echo, ...more] = fleet.takeDue(noonMs + 50, 10);
    assert.deepEqual([echo?.missionId, echo?.revision, more.length], ['mission-1', 1, 0]);
    fleet.answered(accepted([], departNow), noonMs + 60);
    assert.deepEqual(told, ['commandTaken FlyMission drone-0']);
  });

  test('that call a report stale let the drone go on above what the scheduler has heard', () => {
    const { fleet } = fleetOf(drones(2));
    const reports = fleet.takeDue(noonMs, 2);
    const results = reports.map(
      ({ droneId }, index) => ({ droneId, result: index === 0 ? 'stale' : 'accepted' }) as const,
    );
    assert.equal(fleet.answered({ results, commands: [] }, noonMs).isBehind, true);
    fleet.continueAbove([knownDrone({ droneId: 'drone-0', telemetrySequence: 900 })]);
    const sequences = fleet.takeDue(noonMs + 20_000, 2).map(({ sequence }) => sequence);
    assert.deepEqual(sequences, [901, 2]);
  });

  test('name drones of others without harm', () => {
    const { fleet } = fleetOf(drones(1));
    const answer = {
      results: [{ droneId: 'other', result: 'accepted' }],
      commands: [flyMission({ droneId: 'other' })],
    };
    assert.equal(fleet.answered(answer as TelemetryAnswer, noonMs).isBehind, false);
  });
});

test('a change of activity is told before its turn', () => {
  const { fleet } = fleetOf(drones(1));
  const departLater = { ...departNow, departAt: new Date(noonMs + 3_000).toISOString() };
  fleet.answered(accepted(fleet.takeDue(noonMs, 1), departLater), noonMs);
  fleet.answered(accepted(fleet.takeDue(noonMs, 1)), noonMs);
  fleet.advance(noonMs + 2_900);
  assert.equal(fleet.takeDue(noonMs + 2_900, 1).length, 0);
  fleet.advance(noonMs + 3_100);
  assert.equal(fleet.takeDue(noonMs + 3_100, 1)[0]?.activity, 'EnRouteToPickup');
});

describe('faults', () => {
  test('silence a drone, deaf to commands, until it is restored', () => {
    for (const kind of ['link-lost', 'crashed'] as const) {
      const { fleet } = fleetOf(drones(2));
      assert.equal(fleet.inject('drone-0', kind, noonMs), true);
      assert.deepEqual(ids(fleet.takeDue(noonMs, 9)), ['drone-1']);
      fleet.answered(accepted([], departNow), noonMs);
      fleet.inject('drone-0', 'restored', noonMs + 1_000);
      const [report] = fleet.takeDue(noonMs + 1_000, 9);
      assert.deepEqual([report?.droneId, report?.activity, report?.missionId], ['drone-0', 'Idle', undefined]);
    }
  });

  test('of an unknown drone are refused', () => {
    assert.equal(fleetOf([]).fleet.inject('drone-0', 'crashed', noonMs), false);
  });
});

describe('a pause', () => {
  test('holds flights, and drones go on reporting as parked ones do', () => {
    const { fleet } = fleetOf(drones(1));
    fleet.answered(accepted(fleet.takeDue(noonMs, 1), departNow), noonMs);
    fleet.advance(noonMs + 60_000);
    fleet.pause(noonMs + 60_000);
    const [held] = fleet.takeDue(noonMs + 60_000, 1);
    fleet.answered(accepted(held === undefined ? [] : [held]), noonMs + 60_000);
    fleet.advance(noonMs + 77_000);
    assert.equal(fleet.takeDue(noonMs + 77_000, 1).length, 0);
    const [later] = fleet.takeDue(noonMs + 78_000, 1);
    assert.deepEqual(later?.location, held?.location);
    assert.deepEqual([later?.speedMps, later?.activity], [0, 'EnRouteToPickup']);
  });

  test('ends with everything as it was, and a report at once', () => {
    const { fleet } = fleetOf(drones(1));
    fleet.answered(accepted(fleet.takeDue(noonMs, 1), departNow), noonMs);
    fleet.advance(noonMs + 60_000);
    fleet.pause(noonMs + 60_000);
    const [held] = fleet.takeDue(noonMs + 60_000, 1);
    fleet.answered(accepted(held === undefined ? [] : [held]), noonMs + 60_000);
    fleet.resume(noonMs + 500_000);
    const [resumed] = fleet.takeDue(noonMs + 500_000, 1);
    assert.deepEqual(resumed?.location, held?.location);
    assert.equal(resumed?.speedMps, 22);
  });

  test('lets commands through, but no departure', () => {
    const { fleet, told } = fleetOf(drones(1));
    fleet.pause(noonMs);
    assert.deepEqual(told, ['flightsPaused true']);
    fleet.answered(accepted(fleet.takeDue(noonMs, 1), departNow), noonMs);
    fleet.advance(noonMs + 10_000);
    const [echo] = fleet.takeDue(noonMs + 10_000, 1);
    assert.deepEqual([echo?.missionId, echo?.activity], ['mission-1', 'Idle']);
  });
});

test('a drone of an unknown model is told of and left alone; known ones are not adopted twice', () => {
  const { fleet, told } = fleetOf([knownDrone({ droneId: 'odd', modelId: 'other' }), ...drones(1)]);
  fleet.adopt(drones(2), knownFleet, noonMs);
  assert.deepEqual(told, ['cannotFly odd']);
  assert.equal(fleet.size, 2);
});
