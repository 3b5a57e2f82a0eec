import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';

/** Told with undefined when all that was written before the start lies on the disk. */
export type SyncEnd = (error: unknown) => void;

/** Brings the log of a database to the disk. */
export interface LogSync {
  /** Beside this thread, which may go on changing the database meanwhile; never ends before it returns. */
  start(end: SyncEnd): void;
  /** @throws what the system says */
  now(): void;
  close(): void;
}

/**
 * SQLite in WAL mode with `synchronous=NORMAL` writes a commit to its log and leaves the sync to us; that before and
 * after a checkpoint it does itself. A sync through another descriptor of the same file is as good.
 */
export class WalSync implements LogSync {
  readonly #descriptor: number;
  #running = 0;
  #closed = false;

  /** @param file the database's; its log has to be there already */
  constructor(file: string) {
    this.#descriptor = openSync(`${file}-wal`, 'r+');
    // A process before this one may have been killed between a commit and its sync.
    this.now();
  }

  start(end: SyncEnd): void {
    this.#running++;
    fdatasync(this.#descriptor, (error) => {
      this.#running--;
      this.#release();
      end(error ?? undefined);
    });
  }

  now(): void {
    fdatasyncSync(this.#descriptor);
  }

  /** Waits for a running sync: its descriptor must not become that of another file. */
  close(): void {
    this.#closed = true;
    this.#release();
  }

  #release(): void {
    if (this.#closed && this.#running === 0) closeSync(this.#descriptor);
  }
}

/** Of what lives in memory: nothing would survive anyway. */
export const memorySync: LogSync = {
  start: (end) => queueMicrotask(() => end(undefined)),
  now: () => undefined,
  close: () => undefined,
};
