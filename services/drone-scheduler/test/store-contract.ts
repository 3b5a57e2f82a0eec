import assert from 'node:assert/strict';
import type { MissionEventData } from '@dronedelivery/contracts';
import type { ContractTests } from '@dronedelivery/testing';
import { decisionOf } from '../src/app/decision.ts';
import type { FleetStore, MissionStore, UsageStore } from '../src/app/ports.ts';
import { droneStateOf } from '../src/domain/drone.ts';
import { type Mission, unseenMission } from '../src/domain/mission.ts';
import { loseFreeDrone, release } from '../src/domain/mission-end.ts';
import { assign } from '../src/domain/mission-plan.ts';
import { begin } from '../src/domain/mission-step.ts';
import { asked, assignedMission, courier, drone, home, key, nowMs, report } from './builders.ts';

export interface Stores {
  readonly missions: MissionStore;
  readonly fleet: FleetStore;
  readonly usage: UsageStore;
  /** Events that were stored and would be sent. */
  readonly storedEvents: () => Promise<readonly MissionEventData[]>;
}

/** What every adapter of the mission and usage stores has to keep. */
export const missionStoreTests: ContractTests<Stores> = {
  async 'a decision stores mission, drone, events and usage together'(stores) {
    await stores.fleet.addDrone(drone());
    assert.deepEqual(await stores.missions.commit([assignment(waiting(), 'drone-1', 'm1')]), ['committed']);
    const mission = await stores.missions.find(key);
    assert.equal(mission?.state, 'Assigned');
    assert.equal(mission?.droneId, 'drone-1');
    const bound = await stores.fleet.findDrone('drone-1');
    assert.equal(bound?.missionId, 'm1');
    assert.equal(bound?.command?.kind, 'FlyMission');
    assert.deepEqual(
      (await stores.storedEvents()).map(({ kind }) => kind),
      ['assigned'],
    );
    const month = { businessId: key.businessId, ownerId: 'owner-1', year: 2026, month: 11 };
    assert.equal((await stores.usage.usageOf(month)).missions, 1);
  },

  async 'a decision on what has changed since is outdated and stores nothing'(stores) {
    await stores.fleet.addDrone(drone());
    await stores.fleet.addDrone(drone({ droneId: 'drone-2' }));
    await stores.missions.commit([assignment(waiting(), 'drone-1', 'm1')]);
    assert.deepEqual(await stores.missions.commit([assignment(waiting(), 'drone-2', 'm2')]), ['outdated']);
    assert.equal((await stores.fleet.findDrone('drone-2'))?.missionId, null);
    assert.equal((await stores.storedEvents()).length, 1);
  },

  async 'I2: of many decisions for one drone one is stored'(stores) {
    await stores.fleet.addDrone(drone());
    const decisions = Array.from({ length: 20 }, (_, i) => assignment(waiting(`d${i}`), 'drone-1', `m${i}`));
    const outcomes = await Promise.all(decisions.map((decision) => stores.missions.commit([decision])));
    assert.equal(outcomes.flat().filter((outcome) => outcome === 'committed').length, 1);
  },

  async 'a drone that was lost or taken out of service meanwhile is not bound'(stores) {
    await stores.fleet.addDrone(drone());
    await stores.fleet.addDrone(drone({ droneId: 'drone-2' }));
    const lost = { mission: null, drones: [loseFreeDrone(drone())], events: [], usage: [] };
    await stores.missions.commit([lost]);
    await stores.fleet.setDrone('drone-2', { outOfService: true });
    const decisions = [assignment(waiting('d1'), 'drone-1', 'm1'), assignment(waiting('d2'), 'drone-2', 'm2')];
    assert.deepEqual(await stores.missions.commit(decisions), ['outdated', 'outdated']);
  },

  async 'decisions stored together hold or fall alone'(stores) {
    await stores.fleet.addDrone(drone());
    const decisions = [assignment(waiting('d1'), 'drone-1', 'm1'), assignment(waiting('d2'), 'drone-1', 'm2')];
    assert.deepEqual(await stores.missions.commit(decisions), ['committed', 'outdated']);
    assert.equal(await stores.missions.find({ ...key, deliveryId: 'd2' }), undefined);
  },

  async 'a release that comes late leaves the drone to the mission that has it now'(stores) {
    await stores.fleet.addDrone(drone());
    await stores.missions.commit([assignment(waiting(), 'drone-1', 'm2')]);
    const freed = { droneId: 'drone-1', expectMissionId: 'm1', binding: null };
    const late = { mission: null, drones: [freed], events: [], usage: [] };
    assert.deepEqual(await stores.missions.commit([late]), ['outdated']);
    assert.equal((await stores.fleet.findDrone('drone-1'))?.missionId, 'm2');
  },

  async 'a decision about two drones holds for both or for none, and books nothing for none'(stores) {
    await stores.fleet.addDrone(drone());
    await stores.fleet.addDrone(drone({ droneId: 'drone-2' }));
    const one = assignment(waiting(), 'drone-1', 'm1');
    const other = { droneId: 'drone-2', expectMissionId: 'm0', binding: null };
    assert.deepEqual(await stores.missions.commit([{ ...one, drones: [...one.drones, other] }]), ['outdated']);
    assert.equal((await stores.fleet.findDrone('drone-1'))?.missionId, null);
    const month = { businessId: key.businessId, ownerId: 'owner-1', year: 2026, month: 11 };
    assert.equal((await stores.usage.usageOf(month)).missions, 0);
  },

  async 'a stale report is outdated, a newer one moves the drone'(stores) {
    await stores.fleet.addDrone(drone());
    const told = (sequence: number) => {
      const change = { droneId: 'drone-1', expectMissionId: null, report: report({ sequence }) };
      return stores.missions.commit([{ mission: null, drones: [change], events: [], usage: [] }]);
    };
    assert.deepEqual([await told(5), await told(5), await told(6)].flat(), ['committed', 'outdated', 'committed']);
    assert.equal((await stores.fleet.findDrone('drone-1'))?.telemetrySequence, 6);
  },

  async 'businesses do not share deliveries'(stores) {
    await stores.fleet.addDrone(drone());
    await stores.missions.commit([assignment(waiting(), 'drone-1', 'm1')]);
    assert.equal(await stores.missions.find({ ...key, businessId: 'contoso' }), undefined);
    const month = { businessId: 'contoso', ownerId: 'owner-1', year: 2026, month: 11 };
    assert.equal((await stores.usage.usageOf(month)).missions, 0);
  },

  async 'lists by page, state, business and drone'(stores) {
    for (const id of ['d1', 'd2', 'd3']) {
      await stores.fleet.addDrone(drone({ droneId: `of-${id}` }));
      await stores.missions.commit([assignment(waiting(id), `of-${id}`, `m-${id}`)]);
    }
    const list = async (query: object) =>
      (await stores.missions.list({ limit: 10, after: null, ...query })).map(({ deliveryId }) => deliveryId);
    assert.deepEqual(await list({ limit: 2 }), ['d1', 'd2']);
    assert.deepEqual(await list({ after: { ...key, deliveryId: 'd2' } }), ['d3']);
    assert.deepEqual(await list({ droneId: 'of-d2', state: 'Assigned', businessId: key.businessId }), ['d2']);
    assert.deepEqual(await list({ state: 'Delivered' }), []);
  },

  async 'only old final records are purged, a bounded number at once'(stores) {
    await stores.fleet.addDrone(drone());
    await stores.missions.commit([assignment(waiting('alive'), 'drone-1', 'm1')]);
    for (const id of ['d1', 'd2', 'd3']) {
      const known = unseenMission({ ...key, deliveryId: id });
      const step = release(known, undefined, undefined, nowMs);
      if (step !== undefined) await stores.missions.commit([decisionOf(step, known)]);
    }
    assert.equal(await stores.missions.purge(nowMs, 10), 0);
    assert.equal(await stores.missions.purge(nowMs + 1, 2), 2);
    assert.equal(await stores.missions.purge(nowMs + 1, 2), 1);
    assert.notEqual(await stores.missions.find({ ...key, deliveryId: 'alive' }), undefined);
  },
};

/** What every adapter of the fleet store has to keep. */
export const fleetStoreTests: ContractTests<Stores> = {
  async 'what changed after a mark is told once to whom goes on from there'(stores) {
    const { fleet } = stores;
    await fleet.putModel(courier);
    await fleet.putStation(home);
    await fleet.addDrone(drone());
    const first = await fleet.changesSince({ drones: 0, catalogue: 0 });
    assert.deepEqual([first.models.length, first.stations.length, first.drones.length], [1, 1, 1]);
    await fleet.addDrone(drone({ droneId: 'drone-2' }));
    const second = await fleet.changesSince(first.mark);
    assert.deepEqual(
      second.drones.map(({ droneId }) => droneId),
      ['drone-2'],
    );
    assert.deepEqual([second.models.length, second.stations.length], [0, 0]);
    assert.deepEqual((await fleet.changesSince(second.mark)).drones, []);
    assert.deepEqual((await fleet.changesSince(first.mark)).drones, second.drones);
  },

  async 'a model that is flown can no longer change'(stores) {
    const { fleet } = stores;
    assert.equal(await fleet.putModel(courier), 'created');
    assert.equal(await fleet.putModel({ ...courier, maxPayloadKg: 5 }), 'replaced');
    await fleet.addDrone(drone());
    assert.equal(await fleet.putModel(courier), 'in-use');
    assert.equal(await fleet.putModel({ ...courier, maxPayloadKg: 5 }), 'replaced');
  },

  async 'a drone has its id for itself, and stays in service on a mission'(stores) {
    assert.equal(await stores.fleet.addDrone(drone()), 'added');
    assert.equal(await stores.fleet.addDrone(drone()), 'exists');
    assert.equal(await stores.fleet.setDrone('drone-1', { outOfService: true }), 'changed');
    assert.equal(await stores.fleet.setDrone('drone-1', { outOfService: false, stationId: 's2' }), 'changed');
    await stores.missions.commit([assignment(waiting(), 'drone-1', 'm1')]);
    assert.equal(await stores.fleet.setDrone('drone-1', { outOfService: true }), 'busy');
    assert.equal(await stores.fleet.setDrone('nobody', {}), 'unknown');
    const found = await stores.fleet.findDrone('drone-1');
    assert.deepEqual([found && droneStateOf(found), found?.stationId], ['OnMission', 's2']);
  },

  async 'drones are listed by page, state, station and by who may see them'(stores) {
    const { fleet } = stores;
    for (const droneId of ['a-1', 'a-2', 'b-1']) await fleet.addDrone(drone({ droneId }));
    await fleet.setDrone('a-2', { outOfService: true });
    await fleet.setDrone('b-1', { stationId: 's2' });
    const list = async (query: object) =>
      (await fleet.listDrones({ limit: 10, after: null, ...query })).map(({ droneId }) => droneId);
    assert.deepEqual(await list({}), ['a-1', 'a-2', 'b-1']);
    assert.deepEqual(await list({ limit: 1, after: 'a-1' }), ['a-2']);
    assert.deepEqual(await list({ state: 'OutOfService' }), ['a-2']);
    assert.deepEqual(await list({ stationId: 's2' }), ['b-1']);
    assert.deepEqual(await list({ scope: ['a-*'] }), ['a-1', 'a-2']);
    assert.deepEqual(await list({ scope: ['a-1', 'b-*', '%'] }), ['a-1', 'b-1']);
    assert.deepEqual(await list({ scope: [] }), []);
  },
};

const { flight } = assignedMission();

function waiting(deliveryId = 'd1', requestSequence = '10'): Mission {
  return { ...unseenMission({ ...key, deliveryId }), ...asked(requestSequence) };
}

function assignment(known: Mission, droneId: string, missionId: string) {
  return decisionOf(assign(begin(known), { drone: drone({ droneId }), flight }, missionId, nowMs), known);
}
