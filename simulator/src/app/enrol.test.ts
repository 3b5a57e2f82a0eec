import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drone, DroneModel, RegisterDrone, Station } from '@dronedelivery/contracts';
import { knownDrone } from '../../test/sample-fleet.ts';
import { planFleet } from '../domain/fleet-plan.ts';
import { enrol } from './enrol.ts';
import type { FleetRegister } from './ports.ts';

const plan = planFleet(50, 1, { latitude: 47.6, longitude: -122.3 });
const { signal } = new AbortController();

class MemoryRegister implements FleetRegister {
  readonly known = { drones: [] as Drone[], models: [] as DroneModel[], stations: [] as Station[] };
  readonly calls: string[] = [];
  failsAt: string | undefined;

  drones = async () => [...this.known.drones];
  models = async () => [...this.known.models];
  stations = async () => [...this.known.stations];

  async addModel(model: DroneModel): Promise<void> {
    this.#call(model.modelId);
    this.known.models.push(model);
  }

  async addStation(station: Station): Promise<void> {
    this.#call(station.stationId);
    this.known.stations.push(station);
  }

  async addDrone({ droneId, modelId, stationId }: RegisterDrone): Promise<Drone> {
    this.#call(droneId);
    const drone = knownDrone({ droneId, modelId, stationId });
    this.known.drones.push(drone);
    return drone;
  }

  #call(id: string): void {
    this.calls.push(id);
    if (id === this.failsAt) throw new Error(`cannot register ${id}`);
  }
}

test('a new scheduler learns of models and stations first, then of the drones', async () => {
  const register = new MemoryRegister();
  const enrolled = await enrol(register, plan, signal);
  const first = plan.models.length + plan.stations.length;
  assert.ok(register.calls.slice(0, first).every((id) => !id.startsWith('drone-')));
  assert.equal(register.calls.length, first + plan.drones.length);
  assert.equal(enrolled.drones.length, plan.drones.length);
  assert.deepEqual(
    [...enrolled.stations.keys()],
    plan.stations.map(({ stationId }) => stationId),
  );
});

test('what is known is registered no second time, and drones of others are enrolled too', async () => {
  const register = new MemoryRegister();
  await enrol(register, plan, signal);
  register.known.drones.push(knownDrone({ droneId: 'other' }));
  const calls = register.calls.length;
  const enrolled = await enrol(register, plan, signal);
  assert.equal(register.calls.length, calls);
  assert.ok(enrolled.drones.some(({ droneId }) => droneId === 'other'));
});

test('after a failure the rest is registered by the next try', async () => {
  const register = new MemoryRegister();
  register.failsAt = 'drone-00020';
  await assert.rejects(enrol(register, plan, signal), /drone-00020/);
  assert.ok(register.known.drones.length < plan.drones.length);
  register.failsAt = undefined;
  assert.equal((await enrol(register, plan, signal)).drones.length, plan.drones.length);
  assert.equal(new Set(register.known.drones.map(({ droneId }) => droneId)).size, plan.drones.length);
});
