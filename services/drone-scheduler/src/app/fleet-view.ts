import type { DroneModel, Station } from '@dronedelivery/contracts';
import type { DroneGroup, Fleet } from '../domain/assignment.ts';
import { type Drone, isFree } from '../domain/drone.ts';
import { FreeDrones } from './free-drones.ts';
import type { Cells, FleetMark, FleetStore } from './ports.ts';

/** Ends a claim. */
export type Unclaim = () => void;
export type FleetListener = (changed: readonly Drone[]) => void;

/**
 * The fleet in memory, for the search of candidates. It follows the store, where other processes write too, and
 * decides nothing: a decision made on it is checked by the store.
 */
export class FleetView implements Fleet {
  readonly models = new Map<string, DroneModel>();
  readonly stations = new Map<string, Station>();
  readonly #drones = new Map<string, Drone>();
  readonly #free: FreeDrones;
  readonly #claimed = new Set<string>();
  readonly #listeners = new Set<FleetListener>();
  readonly #store: FleetStore;
  #mark: FleetMark = { drones: 0, catalogue: 0 };
  #reading: Promise<void> | undefined;

  constructor(store: FleetStore, cells: Cells) {
    this.#store = store;
    this.#free = new FreeDrones(cells);
  }

  /** Takes in what any process has stored before the call; calls of one moment share a read that begins after them. */
  refresh(): Promise<void> {
    this.#reading ??= Promise.resolve().then(() => {
      this.#reading = undefined;
      return this.#read();
    });
    return this.#reading;
  }

  drone(droneId: string): Drone | undefined {
    return this.#drones.get(droneId);
  }

  drones(): Iterable<Drone> {
    return this.#drones.values();
  }

  freeGroups(): Iterable<DroneGroup> {
    return this.#free.groups();
  }

  /** Hides a drone from other searches of this process while a decision on it is being stored. */
  claim(droneId: string): Unclaim {
    this.#claimed.add(droneId);
    this.#free.remove(droneId);
    return () => {
      this.#claimed.delete(droneId);
      const drone = this.#drones.get(droneId);
      if (drone !== undefined) this.#take(drone);
    };
  }

  onChange(listener: FleetListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #read(): Promise<void> {
    const { mark, drones, models, stations } = await this.#store.changesSince(this.#mark);
    // Of two reads under way the later one may answer first; nothing is taken back.
    if (mark.drones < this.#mark.drones || mark.catalogue < this.#mark.catalogue) return;
    this.#mark = mark;
    for (const model of models) this.models.set(model.modelId, model);
    for (const station of stations) this.stations.set(station.stationId, station);
    for (const drone of drones) this.#take(drone);
    if (drones.length > 0) for (const listener of this.#listeners) listener(drones);
  }

  #take(drone: Drone): void {
    this.#drones.set(drone.droneId, drone);
    if (isFree(drone) && !this.#claimed.has(drone.droneId)) this.#free.put(drone);
    else this.#free.remove(drone.droneId);
  }
}
