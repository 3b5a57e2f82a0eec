import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../app-error.ts';
import { type Clock, pause } from '../clock.ts';
import { keepTrace } from '../trace-context.ts';
import { diskFault, isBusy } from './sqlite-errors.ts';
import type { SqlParameter, SqlRow, SqlWriter, Statements } from './statements.ts';
import type { StoreAlarm } from './store-alarm.ts';

export interface GroupCommitOptions {
  readonly connection: DatabaseSync;
  readonly statements: Statements;
  readonly clock: Clock;
  readonly random: () => number;
  readonly queueMax: number;
  readonly batchMax: number;
  readonly busyLimitMs: number;
  readonly alarm: StoreAlarm;
  readonly announced: (topics: ReadonlySet<string>) => void;
}

interface Write {
  readonly work: (sql: SqlWriter) => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly queuedAtMs: number;
  /** Told only after the commit: what a write has seen may come from its neighbours, which must be durable first. */
  settle: () => void;
  /** What it asks for once it is committed; undefined while it has not gone through. */
  writer: Writer | undefined;
}

/** A write without savepoint failed after it had changed something: the transaction is of no use. */
class HalfDone extends Error {}

/** A transaction blocks the event loop; after this time it is committed and the rest waits for the next turn. */
const transactionMsMax = 50;
const busyPauseMsMax = 50;

/**
 * Collects the writes of one turn of the event loop, and those that come while the lock is awaited. A savepoint for each would
 * cost a copy of every page that neighbours share, a sixth of the whole burst; so they run without, and only where one
 * fails after its first change, which is rare, all run again, each in a savepoint.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: Write[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;
  /** The last transaction was given up half-way: in this one each write has a savepoint. */
  #isGuarded = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  add<T>(work: (sql: SqlWriter) => T): Promise<T> {
    if (this.#isClosed) return Promise.reject(new AppError('unavailable', 'the store is closed'));
    if (this.#queue.length >= this.#options.queueMax) {
      return Promise.reject(new AppError('unavailable', 'too many writes are waiting', { retryAfterS: 1 }));
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const queuedAtMs = this.#options.clock.now();
    // A neighbour opens the transaction; what the work logs or stores must carry its own caller's trace.
    const inOwnContext = keepTrace(work);
    this.#queue.push({ work: inOwnContext, resolve, reject, queuedAtMs, settle: () => undefined, writer: undefined });
    this.#running ??= this.#run();
    return promise;
  }

  /** Refuses new writes and waits for those under way. */
  async drain(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    await nextTurn();
    while (this.#queue.length > 0) {
      if (this.#begin()) {
        this.#commitBatch();
        if (this.#queue.length > 0) await nextTurn();
      } else {
        await pause(this.#options.clock, 1 + this.#options.random() * busyPauseMsMax);
        this.#giveUpOld();
      }
    }
    this.#running = undefined;
  }

  /** @returns false while another process holds the lock. */
  #begin(): boolean {
    try {
      this.#options.statements.run('BEGIN IMMEDIATE', []);
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      const fault = this.#named(error);
      for (const write of this.#queue.splice(0)) write.reject(fault);
      // The caller finds an empty queue and ends.
      return false;
    }
  }

  #giveUpOld(): void {
    const oldestMs = this.#options.clock.now() - this.#options.busyLimitMs;
    while ((this.#queue[0]?.queuedAtMs ?? Number.POSITIVE_INFINITY) < oldestMs) {
      this.#queue.shift()?.reject(new AppError('unavailable', 'the store is busy', { retryAfterS: 1 }));
    }
  }

  #commitBatch(): void {
    const batch: Write[] = [];
    try {
      this.#runSome(batch);
      this.#options.statements.run('COMMIT', []);
    } catch (error) {
      this.#undo();
      this.#isGuarded = error instanceof HalfDone;
      if (this.#isGuarded) return;
      this.#queue.splice(0, batch.length);
      const fault = this.#named(error);
      for (const write of batch) write.reject(fault);
      return;
    }
    this.#isGuarded = false;
    this.#queue.splice(0, batch.length);
    this.#options.alarm.committed();
    for (const { writer } of batch) for (const note of writer?.notes ?? []) note();
    for (const write of batch) write.settle();
    const topics = new Set(batch.flatMap(({ writer }) => writer?.topics ?? []));
    if (topics.size > 0) this.#options.announced(topics);
  }

  /** Puts into `batch` what it has begun. @throws what ends the whole transaction. */
  #runSome(batch: Write[]): void {
    const endMs = performance.now() + transactionMsMax;
    for (const write of this.#queue) {
      batch.push(write);
      if (this.#isGuarded) this.#runGuarded(write);
      else this.#runOne(write);
      if (batch.length >= this.#options.batchMax || performance.now() > endMs) break;
    }
  }

  #runGuarded(write: Write): void {
    const { statements } = this.#options;
    statements.run('SAVEPOINT one', []);
    try {
      this.#runOne(write);
    } catch (error) {
      if (!(error instanceof HalfDone)) throw error;
      statements.run('ROLLBACK TO one', []);
    }
    statements.run('RELEASE one', []);
  }

  /** @throws HalfDone when its changes must be undone; else what ends the whole transaction. */
  #runOne(write: Write): void {
    const { statements, connection } = this.#options;
    const writer = new Writer(statements);
    try {
      const value = write.work(writer);
      if (value instanceof Promise) throw new TypeError('A write must be synchronous');
      write.writer = writer;
      write.settle = () => write.resolve(value as never);
    } catch (error) {
      // A full disk may have rolled everything back already.
      if (!connection.isTransaction) throw error;
      const fault = this.#named(error);
      write.writer = undefined;
      write.settle = () => write.reject(fault);
      if (writer.hasChanged) throw new HalfDone();
    }
  }

  /** What is told of a failure; one of the disk is raised as an alarm too. */
  #named(error: unknown): unknown {
    const fault = diskFault(error);
    if (fault !== undefined) this.#options.alarm.refused(fault);
    return fault ?? error;
  }

  #undo(): void {
    const { connection, statements } = this.#options;
    if (connection.isTransaction) statements.run('ROLLBACK', []);
  }
}

class Writer implements SqlWriter {
  readonly topics: string[] = [];
  readonly notes: (() => void)[] = [];
  /** Whether a statement that may change something has gone through; one that fails undoes itself. */
  hasChanged = false;
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  get<R extends object = SqlRow>(sql: string, ...values: readonly SqlParameter[]): R | undefined {
    const row = this.#statements.get<R>(sql, values);
    this.#note(sql);
    return row;
  }

  all<R extends object = SqlRow>(sql: string, ...values: readonly SqlParameter[]): R[] {
    const rows = this.#statements.all<R>(sql, values);
    this.#note(sql);
    return rows;
  }

  run(sql: string, ...values: readonly SqlParameter[]): number {
    const changes = this.#statements.run(sql, values);
    this.#note(sql);
    return changes;
  }

  announce(topic: string): void {
    if (!this.topics.includes(topic)) this.topics.push(topic);
  }

  afterCommit(note: () => void): void {
    this.notes.push(note);
  }

  /** `UPDATE … RETURNING` changes what it reads. */
  #note(sql: string): void {
    if (!sql.startsWith('SELECT')) this.hasChanged = true;
  }
}

/** Lets all input that is ready queue its writes first. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
