import type { Location } from '@dronedelivery/contracts';
import type { DroneGroup, Spot } from '../domain/assignment.ts';
import { type Drone, isParked } from '../domain/drone.ts';
import type { Cells } from './ports.ts';

interface IndexedSpot extends Spot {
  readonly key: string;
  readonly group: IndexedGroup;
  readonly members: Map<string, Drone>;
}

interface IndexedGroup extends DroneGroup {
  readonly cell: string;
  readonly byKey: Map<string, IndexedSpot>;
}

/** Free drones by place: cells of the map, and in them the spots where drones of a model are. */
export class FreeDrones {
  readonly #groups = new Map<string, IndexedGroup>();
  readonly #spotOfDrone = new Map<string, IndexedSpot>();
  readonly #cells: Cells;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  groups(): Iterable<DroneGroup> {
    return this.#groups.values();
  }

  /** Adds a drone, or moves it to where it is now. */
  put(drone: Drone): void {
    const known = this.#spotOfDrone.get(drone.droneId);
    if (known !== undefined && isAt(drone, known)) {
      known.members.set(drone.droneId, drone);
      return;
    }
    this.remove(drone.droneId);
    const spot = this.#spotFor(drone);
    spot.members.set(drone.droneId, drone);
    this.#spotOfDrone.set(drone.droneId, spot);
  }

  remove(droneId: string): void {
    const spot = this.#spotOfDrone.get(droneId);
    if (spot === undefined) return;
    this.#spotOfDrone.delete(droneId);
    spot.members.delete(droneId);
    if (spot.members.size === 0) spot.group.byKey.delete(spot.key);
    if (spot.group.byKey.size === 0) this.#groups.delete(spot.group.cell);
  }

  #spotFor(drone: Drone): IndexedSpot {
    const group = this.#groupAt(drone.location);
    const key = spotKey(drone);
    const known = group.byKey.get(key);
    if (known !== undefined) return known;
    const members = new Map<string, Drone>();
    const { location, modelId } = drone;
    const spot = {
      key,
      group,
      location,
      modelId,
      parked: isParked(drone.activity),
      members,
      drones: valuesOf(members),
    };
    group.byKey.set(key, spot);
    return spot;
  }

  #groupAt(location: Location): IndexedGroup {
    const cell = this.#cells.cellOf(location);
    const known = this.#groups.get(cell);
    if (known !== undefined) return known;
    const byKey = new Map<string, IndexedSpot>();
    const center = this.#cells.centerOf(cell);
    const group = { cell, center, radiusM: this.#cells.radiusM, byKey, spots: valuesOf(byKey) };
    this.#groups.set(cell, group);
    return group;
  }
}

function isAt({ location, modelId, activity }: Drone, spot: Spot): boolean {
  const { latitude, longitude, altitude } = spot.location;
  if (location.latitude !== latitude || location.longitude !== longitude || location.altitude !== altitude)
    return false;
  return spot.modelId === modelId && spot.parked === isParked(activity);
}

function spotKey({ location, modelId, activity }: Drone): string {
  return `${location.latitude}/${location.longitude}/${location.altitude ?? 0}/${isParked(activity)}/${modelId}`;
}

/** The values as they are when they are iterated. */
function valuesOf<T>(map: ReadonlyMap<string, T>): Iterable<T> {
  return { [Symbol.iterator]: () => map.values() };
}
