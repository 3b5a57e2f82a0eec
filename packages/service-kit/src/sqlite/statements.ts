import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

export type SqlValue = SQLInputValue;

/** Rows are plain records without a prototype; callers name their shape. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** Reads with prepared statements; values by position, or one record for named ones (`:id`). */
export interface SqlReader {
  get<R extends object = SqlRow>(sql: string, ...values: readonly SqlParameter[]): R | undefined;
  all<R extends object = SqlRow>(sql: string, ...values: readonly SqlParameter[]): R[];
}

/** What a write may do inside its part of a transaction. */
export interface SqlWriter extends SqlReader {
  /** @returns how many rows the statement has changed. */
  run(sql: string, ...values: readonly SqlParameter[]): number;
  /** Has the listeners of `database.onChange(topic)` called once this write is committed. */
  announce(topic: string): void;
  /**
   * Calls back as soon as this write is committed, before anything else runs that could read it: for what memory keeps of
   * the store. Never called for what was undone. It must not throw.
   */
  afterCommit(note: () => void): void;
}

export type SqlParameter = SqlValue | Readonly<Record<string, SqlValue>>;

/** Statements are written in the code, so a process has few; a text built from values would show here. */
const statementsMax = 500;

/** Prepares each text once. */
export class Statements {
  readonly #connection: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
  }

  prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    if (this.#prepared.size >= statementsMax) throw new Error(`More than ${statementsMax} different SQL statements`);
    const statement = this.#connection.prepare(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }

  get<R extends object>(sql: string, values: readonly SqlParameter[]): R | undefined {
    return this.prepare(sql).get(...(values as SqlValue[])) as R | undefined;
  }

  all<R extends object>(sql: string, values: readonly SqlParameter[]): R[] {
    return this.prepare(sql).all(...(values as SqlValue[])) as R[];
  }

  run(sql: string, values: readonly SqlParameter[]): number {
    return Number(this.prepare(sql).run(...(values as SqlValue[])).changes);
  }
}
