import { AsyncLocalStorage } from 'node:async_hooks';
import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../app-error.ts';
import { type Clock, pause } from '../clock.ts';
import { diskFault, isBusy } from './sqlite-errors.ts';
import type { SqlWriter, Statements } from './statements.ts';
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
  topics: readonly string[];
}

/** A transaction blocks the event loop; after this time it is committed and the rest waits for the next turn. */
const transactionMsMax = 50;
const busyPauseMsMax = 50;

/** Collects the writes of one turn of the event loop, and those that come while the lock is awaited. */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: Write[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;

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
    const inOwnContext = AsyncLocalStorage.bind(work);
    this.#queue.push({ work: inOwnContext, resolve, reject, queuedAtMs, settle: () => undefined, topics: [] });
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
    const endMs = performance.now() + transactionMsMax;
    try {
      for (const write of this.#queue) {
        batch.push(write);
        this.#runOne(write);
        if (batch.length >= this.#options.batchMax || performance.now() > endMs) break;
      }
      this.#options.statements.run('COMMIT', []);
    } catch (error) {
      this.#undo();
      this.#queue.splice(0, batch.length);
      const fault = this.#named(error);
      for (const write of batch) write.reject(fault);
      return;
    }
    this.#queue.splice(0, batch.length);
    this.#options.alarm.committed();
    for (const write of batch) write.settle();
    const topics = new Set(batch.flatMap((write) => write.topics));
    if (topics.size > 0) this.#options.announced(topics);
  }

  /** @throws what ends the whole transaction. */
  #runOne(write: Write): void {
    const { statements, connection } = this.#options;
    statements.run('SAVEPOINT one', []);
    const topics: string[] = [];
    try {
      const value = write.work(writerOn(statements, topics));
      if (value instanceof Promise) throw new TypeError('A write must be synchronous');
      write.topics = topics;
      write.settle = () => write.resolve(value as never);
    } catch (error) {
      // A full disk may have rolled everything back already.
      if (!connection.isTransaction) throw error;
      statements.run('ROLLBACK TO one', []);
      const fault = this.#named(error);
      write.settle = () => write.reject(fault);
    }
    statements.run('RELEASE one', []);
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

function writerOn(statements: Statements, topics: string[]): SqlWriter {
  return {
    get: (sql, ...values) => statements.get(sql, values),
    all: (sql, ...values) => statements.all(sql, values),
    run: (sql, ...values) => statements.run(sql, values),
    announce: (topic) => {
      if (!topics.includes(topic)) topics.push(topic);
    },
  };
}

/** Lets all input that is ready queue its writes first. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
