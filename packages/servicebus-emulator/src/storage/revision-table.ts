import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Revision, readDefinition, writeDefinition } from '../core/catalogue.ts';

/** When an entity was made and last changed. */
export interface EntityTimes {
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

type Values = readonly (string | number | null)[];

/** Runs a statement within the running turn. */
type Change = (statement: StatementSync, values: Values) => void;

/** What clients have made of the entities, and since when each is there. */
export class RevisionTable {
  readonly #change: Change;
  readonly #all: StatementSync;
  readonly #save: StatementSync;
  readonly #drop: StatementSync;
  readonly #times: StatementSync;
  readonly #appear: StatementSync;
  readonly #modify: StatementSync;
  readonly #vanish: StatementSync;

  constructor(database: DatabaseSync, change: Change) {
    this.#change = change;
    this.#all = database.prepare('SELECT path, declared, definition FROM revisions ORDER BY rowid');
    this.#save = database.prepare('INSERT OR REPLACE INTO revisions (path, declared, definition) VALUES (?, ?, ?)');
    this.#drop = database.prepare('DELETE FROM revisions WHERE path = ?');
    this.#times = database.prepare('SELECT created_at_ms, modified_at_ms FROM entity_times WHERE path = ?');
    this.#appear = database.prepare('INSERT OR IGNORE INTO entity_times VALUES (?, ?, ?)');
    this.#modify = database.prepare('UPDATE entity_times SET modified_at_ms = ? WHERE path = ?');
    this.#vanish = database.prepare('DELETE FROM entity_times WHERE path = ?');
  }

  readAll(): Revision[] {
    return this.#all.all().map((row) => ({
      path: String(row.path),
      declared: row.declared === null ? undefined : String(row.declared),
      definition: row.definition === null ? undefined : readDefinition(String(row.definition)),
    }));
  }

  save({ path, declared, definition }: Revision): void {
    this.#change(this.#save, [path, declared ?? null, definition === undefined ? null : writeDefinition(definition)]);
  }

  drop(path: string): void {
    this.#change(this.#drop, [path]);
  }

  readTimes(path: string): EntityTimes {
    const row = this.#times.get(path.toLowerCase());
    return { createdAtMs: Number(row?.created_at_ms ?? 0), modifiedAtMs: Number(row?.modified_at_ms ?? 0) };
  }

  /** An entity is there; only its first appearance counts. */
  appear(path: string, nowMs: number): void {
    this.#change(this.#appear, [path.toLowerCase(), nowMs, nowMs]);
  }

  modify(path: string, nowMs: number): void {
    this.#change(this.#modify, [nowMs, path.toLowerCase()]);
  }

  vanish(path: string): void {
    this.#change(this.#vanish, [path.toLowerCase()]);
  }
}
