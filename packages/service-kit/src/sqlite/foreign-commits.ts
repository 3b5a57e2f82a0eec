import type { Database } from './database.ts';

/** Tells a memory of the file's rows when it may be outdated. */
export class ForeignCommits {
  readonly #database: Database;
  #version = -1;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Whether another process has committed since this was last asked; at first, always. */
  haveCome(): boolean {
    const version = this.#database.foreignVersion();
    const haveCome = version !== this.#version;
    this.#version = version;
    return haveCome;
  }
}
