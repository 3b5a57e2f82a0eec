import type { DroneModel, Location, Station } from '@dronedelivery/contracts';
import type { DroneGroup, Fleet } from '../domain/assignment.ts';
import { type Drone, isFree } from '../domain/drone.ts';
import type { Cells, FleetMark, FleetStore } from './ports.ts';

/** Ends a claim. */
export type Unclaim = () => void;
export type FleetListener = (changed: readonly Drone[]) => void;

interface Group {
  readonly cell: string;
  readonly center: Location;
  readonly radiusM: number;
  readonly members: Map<string, Drone>;
  readonly drones: Iterable<Drone>;
}

/**
 * The fleet in memory, for the search of candidates. It follows the store, where other processes write too, and
 * decides nothing: a decision made on it is checked by the store.
 */
export class FleetView implements Fleet {
  readonly models = new Map<string, DroneModel>();
  readonly stations = new Map<string, Station>();
  readonly #drones = new Map<string, Drone>();
  readonly #groups = new Map<string, Group>();
  readonly #groupOfDrone = new Map<string, Group>();
  readonly #claimed = new Set<string>();
  readonly #listeners = new Set<FleetListener>();
  readonly #store: FleetStore;
  readonly #cells: Cells;
  #mark: FleetMark = { drones: 0, catalogue: 0 };

  constructor(store: FleetStore, cells: Cells) {
    this.#store = store;
    this.#cells = cells;
  }

  /** Takes in what any process has stored before the call. */
  async refresh(): Promise<void> {
    const { mark, drones, models, stations } = await this.#store.changesSince(this.#mark);
    // Of two reads under way the later one may answer first; nothing is taken back.
    if (mark.drones < this.#mark.drones || mark.catalogue < this.#mark.catalogue) return;
    this.#mark = mark;
    for (const model of models) this.models.set(model.modelId, model);
    for (const station of stations) this.stations.set(station.stationId, station);
    for (const drone of drones) this.#take(drone);
    if (drones.length > 0) for (const listener of this.#listeners) listener(drones);
  }

  drone(droneId: string): Drone | undefined {
    return this.#drones.get(droneId);
  }

  drones(): Iterable<Drone> {
    return this.#drones.values();
  }

  freeGroups(): Iterable<DroneGroup> {
    return this.#groups.values();
  }

  /** Hides a drone from other searches of this process while a decision on it is being stored. */
  claim(droneId: string): Unclaim {
    this.#claimed.add(droneId);
    this.#ungroup(droneId);
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

  #take(drone: Drone): void {
    this.#drones.set(drone.droneId, drone);
    this.#ungroup(drone.droneId);
    if (!isFree(drone) || this.#claimed.has(drone.droneId)) return;
    const cell = this.#cells.cellOf(drone.location);
    const group = this.#groups.get(cell) ?? this.#newGroup(cell);
    group.members.set(drone.droneId, drone);
    this.#groupOfDrone.set(drone.droneId, group);
  }

  #newGroup(cell: string): Group {
    const members = new Map<string, Drone>();
    const drones = { [Symbol.iterator]: () => members.values() };
    const group = { cell, center: this.#cells.centerOf(cell), radiusM: this.#cells.radiusM, members, drones };
    this.#groups.set(cell, group);
    return group;
  }

  #ungroup(droneId: string): void {
    const group = this.#groupOfDrone.get(droneId);
    if (group === undefined) return;
    this.#groupOfDrone.delete(droneId);
    group.members.delete(droneId);
    if (group.members.size === 0) this.#groups.delete(group.cell);
  }
}
