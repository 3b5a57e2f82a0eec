import { BrokerError } from '../core/broker-error.ts';
import type { LogSync } from './log-sync.ts';

/** Says when what is committed is durable, and remembers when the disk could not keep it. */
export class DurableLog {
  readonly #file: string;
  readonly #sync: LogSync;
  readonly #onBroken: (error: BrokerError) => void;
  #broken: BrokerError | undefined;

  constructor(file: string, sync: LogSync, onBroken: (error: BrokerError) => void) {
    this.#file = file;
    this.#sync = sync;
    this.#onBroken = onBroken;
  }

  /** Why nothing more can be stored until the file is opened again. */
  get broken(): BrokerError | undefined {
    return this.#broken;
  }

  /** Makes durable what is committed, beside this thread. */
  sync(end: (failure: BrokerError | undefined) => void): void {
    this.#sync.start((error) => end(error === undefined ? this.#broken : this.#break(error)));
  }

  /** @throws BrokerError `storage-failed` */
  syncNow(): void {
    if (this.#broken !== undefined) throw this.#broken;
    try {
      this.#sync.now();
    } catch (error) {
      throw this.#break(error);
    }
  }

  close(): void {
    this.#sync.close();
  }

  /** After a sync that failed the system may have forgotten pages that it never wrote: another one proves nothing. */
  #break(cause: unknown): BrokerError {
    if (this.#broken !== undefined) return this.#broken;
    const text = `The disk has lost what it had taken into ${this.#file}: what is left shows when it is opened again.`;
    this.#broken = new BrokerError('storage-failed', text, { cause });
    this.#onBroken(this.#broken);
    return this.#broken;
  }
}
