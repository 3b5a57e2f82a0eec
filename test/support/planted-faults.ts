import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

type Row = Record<string, string | number | null>;

/** Writes into the stores of a stopped system what no service would write. */
export class PlantedFaults {
  readonly #dataDir: string;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** Every message that the broker holds is gone. */
  loseMessages(): void {
    this.#write('broker/broker.db', (database) => database.exec('DELETE FROM messages'));
  }

  loseDelivery(id: string): void {
    this.#write('delivery/delivery.db', (database) => {
      for (const table of ['in_flight', 'archived']) database.prepare(`DELETE FROM ${table} WHERE id = ?`).run(id);
    });
  }

  moveDeadline(id: string, deadlineMs: number): void {
    this.#write('delivery/delivery.db', (database) =>
      database
        .prepare(`UPDATE in_flight SET state = json_set(state, '$.plan.deadlineMs', ?) WHERE id = ?`)
        .run(deadlineMs, id),
    );
  }

  /** The drone is also given to another delivery, behind the back of the index that forbids it. */
  assignAgain(droneId: string, deliveryId: string): void {
    this.#write('drone-scheduler/drone-scheduler.db', (database) =>
      database
        .prepare(`UPDATE missions SET body = json_set(body, '$.droneId', ?) WHERE delivery_id = ?`)
        .run(droneId, deliveryId),
    );
  }

  /** The reservation looks as if nothing had happened to it since then. */
  ageReservation(deliveryId: string, updatedAtMs: number): void {
    this.#write('drone-scheduler/drone-scheduler.db', (database) =>
      database
        .prepare(`UPDATE missions SET body = json_set(body, '$.updatedAtMs', ?) WHERE delivery_id = ?`)
        .run(updatedAtMs, deliveryId),
    );
  }

  /** The drone stands at the pickup of its mission with an almost empty battery, and waits there for the parcel. */
  drainAtPickup(droneId: string): void {
    this.#write('drone-scheduler/drone-scheduler.db', (database) =>
      database
        .prepare(
          `UPDATE drones SET body = json_set(body, '$.stateOfChargePercent', 5, '$.activity', 'Loading',
            '$.location', json_extract(body, '$.command.pickup')) WHERE drone_id = ?`,
        )
        .run(droneId),
    );
  }

  /** The pickup looks as if it had led to another stage. */
  rewriteHistory(id: string, stage: string): void {
    this.#write('delivery/delivery.db', (database) => {
      for (const table of ['tracking', 'archived_tracking'])
        database
          .prepare(
            `UPDATE ${table} SET event = json_set(event, '$.stage', ?) WHERE id = ? AND event ->> 'kind' = 'picked-up'`,
          )
          .run(stage, id);
    });
  }

  /** What was told is told again under new ids. */
  tellAgain(deliveryId: string): void {
    this.#copy('notification', 'delivery_id', deliveryId, (row) => ({ ...row, id: `${row.id}-again` }));
  }

  /** The delivery lies with a second business too. */
  leak(id: string, toBusinessId: string): void {
    this.#copy('in_flight', 'id', id, (row) => ({ ...row, business_id: toBusinessId }));
  }

  #copy(table: string, column: string, value: string, change: (row: Row) => Row): void {
    this.#write('delivery/delivery.db', (database) => {
      for (const row of database.prepare(`SELECT * FROM ${table} WHERE ${column} = ?`).all(value)) {
        const copy = change(row as Row);
        const names = Object.keys(copy);
        const places = names.map(() => '?').join(', ');
        database.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`).run(...Object.values(copy));
      }
    });
  }

  #write(file: string, write: (database: DatabaseSync) => void): void {
    using database = new DatabaseSync(path.join(this.#dataDir, file));
    write(database);
  }
}
