import type { DatabaseSync } from 'node:sqlite';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { openConnection } from './connection.ts';
import { GroupCommit } from './group-commit.ts';
import { type SqlReader, type SqlWriter, Statements } from './statements.ts';
import { StoreAlarm } from './store-alarm.ts';

export interface DatabaseOptions {
  /** Path, or `:memory:`. */
  readonly file: string;
  /** Each brings the schema one version further, and never changes once released. */
  readonly migrations: readonly string[];
  /** The file may grow so far; what does not fit is refused as on a full disk. */
  readonly bytesMax?: number;
  /** Is told when the store begins to refuse writes, and when it takes them again. */
  readonly logger?: Logger;
  /** SQLite's own waiting blocks the event loop, so it is short, and at most 100 ms; after it we wait asynchronously. */
  readonly busyTimeoutMs?: number;
  /** Writes that may wait; more are refused with `unavailable`. */
  readonly queueMax?: number;
  /** Writes in one transaction. */
  readonly batchMax?: number;
  /** How long a write is tried again while another process holds the lock. */
  readonly busyLimitMs?: number;
  readonly clock?: Clock;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
}

/** An SQLite file whose writes share transactions. */
export interface Database extends AsyncDisposable {
  /**
   * Runs `work` inside a transaction that it shares with the other writes of the moment: one commit, one fsync. When
   * `work` throws, its changes alone are undone. It is synchronous and may run again: a neighbour that fails half-way takes
   * the transaction with it, so it must change nothing but the store.
   * Settles once the transaction is committed, with what `work` has returned or thrown.
   * @throws AppError `unavailable` when the queue is full, the lock stays taken, or the disk takes no more.
   */
  write<T>(work: (sql: SqlWriter) => T): Promise<T>;
  /** Runs `work` on what is committed. */
  read<T>(work: (sql: SqlReader) => T): T;
  /** Calls back after each commit of this process that has announced the topic; gives the way to stop it. */
  onChange(topic: string, listener: () => void): () => void;
  /** Changes whenever another process or connection has committed; for caches that must notice it. */
  foreignVersion(): number;
  close(): Promise<void>;
}

/**
 * Opens an SQLite file (write-ahead log, `synchronous=FULL`, foreign keys) and brings its schema up to date; several
 * processes may do so at once.
 * @throws Error when the file was written by a newer release.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { clock = systemClock, random = Math.random } = options;
  const connection = await openConnection(options, clock, random);
  return new SharedDatabase(connection, options, clock, random);
}

class SharedDatabase implements Database {
  readonly #connection: DatabaseSync;
  readonly #statements: Statements;
  readonly #commits: GroupCommit;
  readonly #reader: SqlReader;
  readonly #listeners = new Map<string, Set<() => void>>();
  #closed: Promise<void> | undefined;

  constructor(connection: DatabaseSync, options: DatabaseOptions, clock: Clock, random: () => number) {
    this.#connection = connection;
    const statements = new Statements(connection);
    this.#statements = statements;
    this.#reader = {
      get: (sql, ...values) => statements.get(sql, values),
      all: (sql, ...values) => statements.all(sql, values),
    };
    this.#commits = new GroupCommit({
      connection,
      statements,
      clock,
      random,
      queueMax: options.queueMax ?? 10_000,
      batchMax: options.batchMax ?? 500,
      busyLimitMs: options.busyLimitMs ?? 5000,
      alarm: new StoreAlarm(options.logger, clock, options.file),
      announced: (topics) => this.#call(topics),
    });
  }

  write<T>(work: (sql: SqlWriter) => T): Promise<T> {
    return this.#commits.add(work);
  }

  read<T>(work: (sql: SqlReader) => T): T {
    return work(this.#reader);
  }

  onChange(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  foreignVersion(): number {
    const row = this.#statements.get<{ readonly data_version: number }>('PRAGMA data_version', []);
    return row?.data_version ?? 0;
  }

  close(): Promise<void> {
    this.#closed ??= this.#commits.drain().then(() => this.#connection.close());
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #call(topics: ReadonlySet<string>): void {
    for (const topic of topics) for (const listener of this.#listeners.get(topic) ?? []) listener();
  }
}
