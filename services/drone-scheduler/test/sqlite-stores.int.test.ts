import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contractSuite, tempFolder } from '@dronedelivery/testing';
import type { Decision } from '../src/app/ports.ts';
import type { Mission } from '../src/domain/mission.ts';
import { assignedMission, drone, key, report } from './builders.ts';
import { openTestStores } from './sqlite-stores.ts';
import { fleetStoreTests, missionStoreTests } from './store-contract.ts';

const sqlite = {
  name: 'SQLite',
  async create() {
    const resources = new AsyncDisposableStack();
    const folder = resources.use(await tempFolder());
    const port = resources.use(await openTestStores(folder.file('stores.db')));
    return { port, dispose: () => resources.disposeAsync() };
  },
};

contractSuite('missions and usage', [sqlite], missionStoreTests);
contractSuite('fleet', [sqlite], fleetStoreTests);

describe('what a process remembers of the file', () => {
  test('gives way to what another process has written, of drones and of missions', async () => {
    await using folder = await tempFolder();
    await using one = await openTestStores(folder.file('stores.db'));
    await using other = await openTestStores(folder.file('stores.db'));
    await one.fleet.addDrone(drone());
    const mission = assignedMission();
    await one.missions.commit([stored(mission, 0)]);
    const { mark } = await one.fleet.changesSince({ drones: 0, catalogue: 0 });
    assert.equal((await one.missions.find(key))?.sequence, mission.sequence);

    const next = { ...mission, sequence: mission.sequence + 1 };
    assert.deepEqual(await other.missions.commit([stored(next, mission.sequence), told(7)]), [
      'committed',
      'committed',
    ]);
    assert.equal((await one.missions.find(key))?.sequence, next.sequence);
    assert.equal((await one.fleet.findDrone('drone-1'))?.telemetrySequence, 7);
    const { drones } = await one.fleet.changesSince(mark);
    assert.deepEqual(
      drones.map(({ telemetrySequence }) => telemetrySequence),
      [7],
    );
  });

  test('is what was committed: what was undone with its neighbour leaves nothing, and its number is free again', async () => {
    await using folder = await tempFolder();
    await using stores = await openTestStores(folder.file('stores.db'));
    const { database, fleet, missions } = stores;
    await database.write((sql) =>
      sql.run('CREATE TABLE orphan (parent TEXT REFERENCES drones (drone_id) DEFERRABLE INITIALLY DEFERRED)'),
    );
    await fleet.addDrone(drone());
    const { mark } = await fleet.changesSince({ drones: 0, catalogue: 0 });
    assert.equal(await missions.find(key), undefined);
    const undone = missions.commit([stored(assignedMission(), 0), told(9)]);
    // It fails the commit that both share.
    const orphan = database.write((sql) => sql.run("INSERT INTO orphan VALUES ('nobody')"));
    for (const write of [undone, orphan]) await assert.rejects(write, /FOREIGN KEY/);
    assert.equal(await missions.find(key), undefined);
    assert.deepEqual((await fleet.changesSince(mark)).drones, []);

    await missions.commit([told(7)]);
    assert.equal((await fleet.findDrone('drone-1'))?.telemetrySequence, 7);
    assert.deepEqual(
      (await fleet.changesSince(mark)).drones.map(({ telemetrySequence }) => telemetrySequence),
      [7],
    );
  });
});

function stored(record: Mission, expectedSequence: number): Decision {
  return { mission: { record, expectedSequence }, drones: [], events: [], usage: [] };
}

function told(sequence: number): Decision {
  const change = { droneId: 'drone-1', expectMissionId: null, report: report({ sequence }) };
  return { mission: null, drones: [change], events: [], usage: [] };
}
