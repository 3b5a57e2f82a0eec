import type { DroneModel, Station } from '@dronedelivery/contracts';
import { type Database, ForeignCommits, type SqlReader, type SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { IdPage } from '../../app/ports.ts';
import type { BodyRow } from './drone-table.ts';

type Catalogue = 'models' | 'stations';
const idColumn = { models: 'model_id', stations: 'station_id' } as const;

export interface CatalogueChanges {
  readonly mark: number;
  readonly models: readonly DroneModel[];
  readonly stations: readonly Station[];
}

/** The rows of models and stations, which change rarely and are asked for all the time. */
export class CatalogueTables {
  readonly #database: Database;
  readonly #foreign: ForeignCommits;
  /** The mark after which there was nothing, as long as nobody writes. */
  #toldTo = -1;

  constructor(database: Database) {
    this.#database = database;
    this.#foreign = new ForeignCommits(database);
  }

  /** The stored text. */
  find(sql: SqlReader, table: Catalogue, id: string): string | undefined {
    return sql.get<BodyRow>(`SELECT body FROM ${table} WHERE ${idColumn[table]} = ?`, id)?.body;
  }

  put(sql: SqlWriter, table: Catalogue, id: string, body: object): 'created' | 'replaced' {
    const known = this.find(sql, table, id);
    sql.run(
      `INSERT INTO ${table} (${idColumn[table]}, change, body) VALUES (?, ?, ?)
       ON CONFLICT (${idColumn[table]}) DO UPDATE SET change = excluded.change, body = excluded.body`,
      id,
      lastChange(sql) + 1,
      JSON.stringify(body),
    );
    sql.afterCommit(() => {
      this.#toldTo = -1;
    });
    return known === undefined ? 'created' : 'replaced';
  }

  list<T>(table: Catalogue, page: IdPage): T[] {
    const text = `SELECT body FROM ${table} WHERE ${idColumn[table]} > ? ORDER BY ${idColumn[table]} LIMIT ?`;
    const rows = this.#database.read((sql) => sql.all<BodyRow>(text, page.after ?? '', page.limit));
    return rows.map(({ body }) => JSON.parse(body) as T);
  }

  changesSince(mark: number): CatalogueChanges {
    if (!this.#foreign.haveCome() && mark === this.#toldTo) return { mark, models: [], stations: [] };
    return this.#database.read((sql) => {
      this.#toldTo = lastChange(sql);
      return {
        mark: this.#toldTo,
        models: changedBodies<DroneModel>(sql, 'models', mark),
        stations: changedBodies<Station>(sql, 'stations', mark),
      };
    });
  }
}

function lastChange(sql: SqlReader): number {
  const models = sql.get<{ last: number | null }>('SELECT max(change) AS last FROM models')?.last ?? 0;
  const stations = sql.get<{ last: number | null }>('SELECT max(change) AS last FROM stations')?.last ?? 0;
  return Math.max(models, stations);
}

function changedBodies<T>(sql: SqlReader, table: Catalogue, after: number): T[] {
  return sql.all<BodyRow>(`SELECT body FROM ${table} WHERE change > ?`, after).map(({ body }) => JSON.parse(body) as T);
}
