import { statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Pages } from './room.ts';

export const pageBytes = 4_096;

/** Of the log, before it is written back: the longer, the more changes of one page become one write. */
const logPages = 4_000;
const logPagesWhenTight = 250;

export class DatabasePages implements Pages {
  readonly logBytesMax = logPages * pageBytes;
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #all: StatementSync;
  readonly #free: StatementSync;

  constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    this.#file = file;
    this.#all = database.prepare('PRAGMA page_count');
    this.#free = database.prepare('PRAGMA freelist_count');
    this.relax();
  }

  get bytes(): number {
    return Number(this.#all.get()?.page_count) * pageBytes;
  }

  get freeBytes(): number {
    return Number(this.#free.get()?.freelist_count) * pageBytes;
  }

  get fileBytes(): number {
    return statSync(this.#file).size;
  }

  get logBytes(): number {
    return statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  tighten(): void {
    try {
      this.#database.exec(`PRAGMA wal_autocheckpoint = ${logPagesWhenTight}; PRAGMA wal_checkpoint(TRUNCATE)`);
    } catch {
      // Someone else has taken the room: what is stored next tries again.
    }
  }

  relax(): void {
    this.#database.exec(`PRAGMA wal_autocheckpoint = ${logPages}`);
  }
}
