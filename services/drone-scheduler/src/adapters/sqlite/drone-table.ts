import { type Database, ForeignCommits, type SqlReader, type SqlWriter } from '@dronedelivery/service-kit/sqlite';
import { applyDroneChange, type Drone, type DroneChange, droneStateOf } from '../../domain/drone.ts';

export interface BodyRow {
  readonly body: string;
}

interface DroneRow extends BodyRow {
  readonly drone_id: string;
  readonly change: number;
}

interface KnownDrone {
  readonly change: number;
  readonly drone: Drone;
}

/** Changes of ours that nobody has asked for; after so many the next reader takes them from the file. */
const untoldMax = 20_000;

/**
 * The drones' rows, and in memory every drone as this process has last read or written it: each report would have its drone
 * parsed twice again. What others write is noticed, and what is not committed never gets in.
 */
export class DroneTable {
  readonly #database: Database;
  readonly #foreign: ForeignCommits;
  readonly #known = new Map<string, KnownDrone>();
  /** Our changes after `#toldTo`, in their order; a drone may be there several times. */
  #untold: KnownDrone[] = [];
  /** The mark up to which changes were last told. */
  #toldTo = Number.POSITIVE_INFINITY;

  constructor(database: Database) {
    this.#database = database;
    this.#foreign = new ForeignCommits(database);
  }

  /** Inside a transaction too: what it has changed already is seen. */
  find(sql: SqlReader, droneId: string): Drone | undefined {
    const row = sql.get<{ readonly change: number }>('SELECT change FROM drones WHERE drone_id = ?', droneId);
    if (row === undefined) return undefined;
    const known = this.#known.get(droneId);
    // No two committed states of a drone have the same number.
    if (known?.change === row.change) return known.drone;
    const { body } = sql.get<BodyRow>('SELECT body FROM drones WHERE drone_id = ?', droneId) as BodyRow;
    return JSON.parse(body) as Drone;
  }

  /** The drone after the change, or undefined when the change no longer holds. */
  changed(sql: SqlReader, change: DroneChange): Drone | undefined {
    const drone = this.find(sql, change.droneId);
    return drone && applyDroneChange(drone, change);
  }

  insert(sql: SqlWriter, drone: Drone): void {
    const change = nextDroneChange(sql);
    sql.run(
      'INSERT INTO drones (drone_id, model_id, station_id, state, mission_id, change, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
      drone.droneId,
      drone.modelId,
      drone.stationId,
      droneStateOf(drone),
      drone.missionId,
      change,
      JSON.stringify(drone),
    );
    sql.afterCommit(() => this.#committed({ change, drone }));
  }

  update(sql: SqlWriter, drone: Drone, change: number): void {
    sql.run(
      'UPDATE drones SET station_id = ?, state = ?, mission_id = ?, change = ?, body = ? WHERE drone_id = ?',
      drone.stationId,
      droneStateOf(drone),
      drone.missionId,
      change,
      JSON.stringify(drone),
      drone.droneId,
    );
    sql.afterCommit(() => this.#committed({ change, drone }));
  }

  /** Each drone that anybody has changed after a mark, once, with the mark to go on from. */
  changesSince(mark: number): { readonly mark: number; readonly drones: readonly Drone[] } {
    const isOurs = !this.#foreign.haveCome() && mark === this.#toldTo;
    const changes = isOurs ? this.#untold.filter((one) => this.#isNewest(one)) : this.#readSince(mark);
    this.#untold = [];
    this.#toldTo = changes.at(-1)?.change ?? mark;
    return { mark: this.#toldTo, drones: changes.map(({ drone }) => drone) };
  }

  #readSince(mark: number): KnownDrone[] {
    const text = 'SELECT drone_id, change, body FROM drones WHERE change > ? ORDER BY change';
    const rows = this.#database.read((sql) => sql.all<DroneRow>(text, mark));
    return rows.map(({ drone_id: droneId, change, body }) => {
      const known = this.#known.get(droneId);
      const read = known?.change === change ? known : { change, drone: JSON.parse(body) as Drone };
      this.#known.set(droneId, read);
      return read;
    });
  }

  #isNewest(one: KnownDrone): boolean {
    return this.#known.get(one.drone.droneId) === one;
  }

  #committed(changed: KnownDrone): void {
    this.#known.set(changed.drone.droneId, changed);
    this.#untold.push(changed);
    if (this.#untold.length <= untoldMax) return;
    this.#untold = [];
    this.#toldTo = Number.POSITIVE_INFINITY;
  }
}

/** Number of the next change of a drone: readers go on above the highest that they have seen. */
export function nextDroneChange(sql: SqlReader): number {
  const row = sql.get<{ last: number | null }>('SELECT max(change) AS last FROM drones');
  return (row?.last ?? 0) + 1;
}
