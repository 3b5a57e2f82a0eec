import type { Drone, DroneModel, Station } from '@dronedelivery/contracts';
import type { FleetPlan } from '../domain/fleet-plan.ts';
import type { FleetRegister } from './ports.ts';

/** The whole fleet as the scheduler knows it. */
export interface Enrolled {
  readonly drones: readonly Drone[];
  readonly models: ReadonlyMap<string, DroneModel>;
  readonly stations: ReadonlyMap<string, Station>;
}

/** The scheduler commits what comes at once together, so a few at a time cost no more than one. */
const concurrentMax = 32;

/** Registers what of the plan the scheduler does not know; what it knows already stays as it is. */
export async function enrol(register: FleetRegister, plan: FleetPlan, signal: AbortSignal): Promise<Enrolled> {
  const known = await readFleet(register, signal);
  const models = plan.models.filter(({ modelId }) => !known.models.has(modelId));
  const stations = plan.stations.filter(({ stationId }) => !known.stations.has(stationId));
  const droneIds = new Set(known.drones.map(({ droneId }) => droneId));
  const missing = plan.drones.filter(({ droneId }) => !droneIds.has(droneId));
  await each(models, (model) => register.addModel(model, signal));
  await each(stations, (station) => register.addStation(station, signal));
  const added: Drone[] = [];
  await each(missing, async (drone) => {
    added.push(await register.addDrone(drone, signal));
  });
  return {
    drones: [...known.drones, ...added],
    models: withNew(known.models, models, ({ modelId }) => modelId),
    stations: withNew(known.stations, stations, ({ stationId }) => stationId),
  };
}

export async function readFleet(register: FleetRegister, signal: AbortSignal): Promise<Enrolled> {
  const [drones, models, stations] = await Promise.all([
    register.drones(signal),
    register.models(signal),
    register.stations(signal),
  ]);
  return {
    drones,
    models: withNew(new Map(), models, ({ modelId }) => modelId),
    stations: withNew(new Map(), stations, ({ stationId }) => stationId),
  };
}

function withNew<T>(known: ReadonlyMap<string, T>, added: readonly T[], idOf: (item: T) => string) {
  return new Map([...known, ...added.map((item) => [idOf(item), item] as const)]);
}

/** Ends at the first failure, once what has begun is over. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  let failed = false;
  const worker = async () => {
    for (const item of rest) {
      if (failed) return;
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(concurrentMax, items.length) }, worker));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
