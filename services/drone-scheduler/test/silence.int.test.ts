import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { DroneActivity } from '@dronedelivery/contracts';
import { tempFolder } from '@dronedelivery/testing';
import { putDroneDelivery } from '../src/app/put-drone-delivery.ts';
import { seekDrones } from '../src/app/seek.ts';
import { giveUpSilent } from '../src/app/silence.ts';
import { asked, key, minuteMs } from './builders.ts';
import { openReplica, openTestFleet, pass, type Replica, silenceMs, type TestTime, testTime } from './dispatch.ts';

/** Between two reports of a drone on the ground. */
const parkedMs = 18_000;

/** Looks as often as the service does, so that a look never comes late. */
async function passLooking(time: TestTime, ms: number, replicas: readonly Replica[]): Promise<number> {
  let lost = 0;
  for (let left = ms; left > 0; left -= 6000) {
    pass(time, Math.min(left, 6000));
    for (const { dispatch, watch } of replicas) lost += (await giveUpSilent(dispatch, watch)).length;
  }
  return lost;
}

const assignTo = async ({ dispatch }: Replica) => {
  const outcome = await putDroneDelivery(dispatch, key, asked('10'));
  assert.ok(outcome.kind === 'bound');
  return outcome.mission;
};
const kinds = async ({ stores }: Replica) => (await stores.storedEvents()).map(({ kind }) => kind);
const stateOf = async ({ stores }: Replica) => (await stores.missions.find(key))?.state;

test('a drone lost before the pickup: another one flies, under a new mission and revision', async () => {
  await using folder = await tempFolder();
  const time = testTime();
  await using replica = await openReplica(folder.file('a.db'), time);
  await openTestFleet(replica, ['drone-1', 'drone-2']);
  const first = await assignTo(replica);
  const other = first.droneId === 'drone-1' ? 'drone-2' : 'drone-1';
  await passLooking(time, silenceMs - 6000, [replica]);
  await replica.hear({ droneId: other });
  assert.equal(await passLooking(time, 12_000, [replica]), 1);
  assert.deepEqual(await seekDrones(replica.dispatch, 10), ['assigned']);
  assert.deepEqual(await kinds(replica), ['assigned', 'unassigned', 'assigned']);
  const second = await replica.stores.missions.find(key);
  assert.deepEqual([second?.droneId, second?.revision], [other, 2]);
  assert.notEqual(second?.missionId, first.missionId);
});

test('a drone lost with the parcel on board: the delivery fails', async () => {
  await using folder = await tempFolder();
  const time = testTime();
  await using replica = await openReplica(folder.file('a.db'), time);
  await openTestFleet(replica, ['drone-1']);
  const { missionId } = await assignTo(replica);
  await replica.hear({ activity: 'EnRouteToDropoff', missionId: missionId ?? '' });
  assert.equal(await passLooking(time, silenceMs + 6000, [replica]), 1);
  assert.equal(await stateOf(replica), 'Failed');
  const events = await replica.stores.storedEvents();
  assert.equal(events.at(-1)?.reason?.code, 'drone-lost');
});

test('no other drone: the search goes on until the deadline, then the delivery fails', async () => {
  await using folder = await tempFolder();
  const time = testTime();
  await using replica = await openReplica(folder.file('a.db'), time);
  await openTestFleet(replica, ['drone-1']);
  await assignTo(replica);
  await passLooking(time, silenceMs + 6000, [replica]);
  assert.equal(await stateOf(replica), 'Waiting');
  assert.deepEqual(await seekDrones(replica.dispatch, 10), ['none-free']);
  pass(time, 60 * minuteMs);
  assert.deepEqual(await seekDrones(replica.dispatch, 10), ['given-up']);
  assert.deepEqual(await seekDrones(replica.dispatch, 10), []);
  assert.deepEqual(await kinds(replica), ['assigned', 'unassigned', 'failed']);
});

test('a lost drone that speaks again is told to return, and flies again afterwards', async () => {
  await using folder = await tempFolder();
  const time = testTime();
  await using replica = await openReplica(folder.file('a.db'), time);
  await openTestFleet(replica, ['drone-1']);
  const { missionId } = await assignTo(replica);
  const say = (activity: DroneActivity, sequence: number, revision = 1) =>
    replica.hear({ activity, sequence, revision, missionId: missionId ?? '' });
  await say('EnRouteToPickup', 1);
  await passLooking(time, silenceMs + 6000, [replica]);
  assert.equal((await replica.stores.fleet.findDrone('drone-1'))?.lost, true);
  const [command] = (await say('EnRouteToPickup', 2)).commands;
  assert.equal(command?.kind, 'ReturnToStation');
  assert.deepEqual(await seekDrones(replica.dispatch, 10), ['none-free']);
  await say('Returning', 3, command?.revision);
  assert.deepEqual(await seekDrones(replica.dispatch, 10), ['assigned']);
});

test('of two replicas one gives a drone up, and only when neither has heard it', async () => {
  await using folder = await tempFolder();
  const time = testTime();
  await using first = await openReplica(folder.file('a.db'), time);
  await openTestFleet(first, ['drone-1']);
  await using second = await openReplica(folder.file('a.db'), time);
  const { missionId } = await assignTo(first);
  await passLooking(time, silenceMs - 6000, [first, second]);
  await second.hear({ sequence: 1, missionId: missionId ?? '' });
  assert.equal(await passLooking(time, silenceMs - 6000, [first, second]), 0);
  assert.equal(await passLooking(time, 18_000, [first, second]), 1);
  assert.deepEqual(await kinds(first), ['assigned', 'unassigned']);
});

suite('a silence that most of the fleet shares', () => {
  const fleet = ['drone-1', 'drone-2', 'drone-3', 'drone-4', 'drone-5'];

  /** All are heard, and one of them has a parcel on board. */
  async function fleetInFlight(replica: Replica) {
    await openTestFleet(replica, fleet);
    const { droneId, missionId } = await assignTo(replica);
    const others = fleet.filter((one) => one !== droneId);
    const carrier = droneId ?? '';
    for (const one of others) await replica.hear({ droneId: one });
    const flight = { droneId: carrier, missionId: missionId ?? '', activity: 'EnRouteToDropoff' } as const;
    const hearCarrier = (sequence: number) => replica.hear({ ...flight, sequence });
    await hearCarrier(1);
    return { others, carrier, hearCarrier };
  }

  const lostDrones = async ({ stores }: Replica) => {
    const drones = await Promise.all(fleet.map((droneId) => stores.fleet.findDrone(droneId)));
    return drones.filter((drone) => drone?.lost).map((drone) => drone?.droneId);
  };

  test("is no drone's fault; when it ends each has its whole time anew", async () => {
    await using folder = await tempFolder();
    const time = testTime();
    await using replica = await openReplica(folder.file('a.db'), time);
    const { others, hearCarrier } = await fleetInFlight(replica);
    assert.equal(await passLooking(time, 9 * silenceMs, [replica]), 0);
    assert.deepEqual(replica.outages, [true]);
    // One of them crashed meanwhile, and another one's report is late.
    const [crashed = '', late = '', ...well] = others;
    const hearAll = async (drones: readonly string[], sequence: number) => {
      for (const droneId of drones) await replica.hear({ droneId, sequence });
      await hearCarrier(sequence);
    };
    let lost = 0;
    for (let sequence = 2; sequence < 5; sequence++) {
      await hearAll(well, sequence);
      lost += await passLooking(time, parkedMs, [replica]);
    }
    assert.equal(lost, 0);
    assert.deepEqual(replica.outages, [true, false]);
    await hearAll([...well, late], 5);
    assert.equal(await passLooking(time, 12_000, [replica]), 1);
    assert.deepEqual(await lostDrones(replica), [crashed]);
    assert.equal(await stateOf(replica), 'EnRouteToDropoff');
  });

  test('may come twice in a row, each time too short to lose anybody, with a report missed in between', async () => {
    await using folder = await tempFolder();
    const time = testTime();
    await using replica = await openReplica(folder.file('a.db'), time);
    const { others, hearCarrier } = await fleetInFlight(replica);
    const [_missed, ...well] = others;
    let lost = await passLooking(time, parkedMs, [replica]);
    for (const [sequence, outageMs] of [
      [2, 24_000],
      [3, silenceMs],
    ] as const) {
      for (const droneId of well) await replica.hear({ droneId, sequence });
      await hearCarrier(sequence);
      lost += await passLooking(time, outageMs, [replica]);
    }
    assert.equal(lost, 0);
  });

  test('counts in the end, when it lasts', async () => {
    await using folder = await tempFolder();
    const time = testTime();
    await using replica = await openReplica(folder.file('a.db'), time);
    await fleetInFlight(replica);
    assert.equal(await passLooking(time, 12 * silenceMs, [replica]), fleet.length);
    assert.equal(await stateOf(replica), 'Failed');
  });

  test('is none while only some are silent, or drones that never spoke, are out of service or are lost', async () => {
    await using folder = await tempFolder();
    const time = testTime();
    await using replica = await openReplica(folder.file('a.db'), time);
    const { others, hearCarrier } = await fleetInFlight(replica);
    const idle = Array.from({ length: 20 }, (_, index) => `idle-${index}`);
    await openTestFleet(replica, idle);
    await openTestFleet(replica, ['away-1', 'away-2', 'away-3']);
    for (const droneId of ['away-1', 'away-2', 'away-3']) {
      await replica.hear({ droneId });
      await replica.stores.fleet.setDrone(droneId, { outOfService: true });
    }
    const [heard = '', also = '', ...silent] = others;
    for (let sequence = 2; sequence < 5; sequence++) {
      await passLooking(time, parkedMs, [replica]);
      for (const droneId of [heard, also]) await replica.hear({ droneId, sequence });
      await hearCarrier(sequence);
    }
    await passLooking(time, 12_000, [replica]);
    assert.deepEqual(await lostDrones(replica), silent);
    assert.deepEqual(replica.outages, []);
  });
});

test('neither a jump of the wall clock nor a pause of the process loses a drone', async () => {
  await using folder = await tempFolder();
  const time = testTime();
  await using replica = await openReplica(folder.file('a.db'), time);
  await openTestFleet(replica, ['drone-1']);
  await passLooking(time, 12_000, [replica]);
  time.wallMs += 24 * 60 * minuteMs;
  assert.equal(await passLooking(time, 12_000, [replica]), 0);
  pass(time, 10 * silenceMs);
  assert.equal(await passLooking(time, silenceMs - 6000, [replica]), 0);
  assert.equal(await passLooking(time, 18_000, [replica]), 1);
});

test('a drone that reports and never takes its mission is given up, and not bound again', async () => {
  await using folder = await tempFolder();
  const time = testTime();
  await using replica = await openReplica(folder.file('a.db'), time);
  await openTestFleet(replica, ['drone-1']);
  await assignTo(replica);
  let lost = 0;
  for (let sequence = 1; sequence <= 9 && lost === 0; sequence++) {
    lost += await passLooking(time, 18_000, [replica]);
    if (lost === 0) await replica.hear({ sequence, missionId: 'another', activity: 'Idle' });
  }
  assert.equal(lost, 1);
  assert.deepEqual(await kinds(replica), ['assigned', 'unassigned']);
  const { commands } = await replica.hear({ sequence: 10, missionId: 'another', activity: 'Idle' });
  assert.deepEqual(
    commands.map(({ kind }) => kind),
    ['ReturnToStation'],
  );
  assert.deepEqual(await seekDrones(replica.dispatch, 10), ['none-free']);
});
