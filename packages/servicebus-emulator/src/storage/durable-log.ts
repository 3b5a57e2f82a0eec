import { BrokerError } from '../core/broker-error.ts';
import type { LogSync } from './log-sync.ts';

/** Says when what is committed is durable, and remembers when the disk could not keep it. */
export class DurableLog {
  readonly #file: string;
  readonly #sync: LogSync;
  readonly #onBroken: (error: BrokerError) => void;
  #broken: BrokerError | undefined;
  #turn = 1;
  #durableTurn = 0;

  constructor(file: string, sync: LogSync, onBroken: (error: BrokerError) => void) {
    this.#file = file;
    this.#sync = sync;
    this.#onBroken = onBroken;
  }

  /** Why nothing more can be stored until the file is opened again. */
  get broken(): BrokerError | undefined {
    return this.#broken;
  }

  /** The turn that runs: what it writes is on the disk when that turn is. */
  get turn(): number {
    return this.#turn;
  }

  isDurable(turn: number): boolean {
    return turn <= this.#durableTurn;
  }

  /** The turn is committed, and another one begins. */
  endTurn(): void {
    this.#turn++;
  }

  /** Makes durable what is committed, beside this thread. */
  sync(end: (failure: BrokerError | undefined) => void): void {
    const committed = this.#turn - 1;
    this.#sync.start((error) => {
      const failure = error === undefined ? this.#broken : this.#break(error);
      if (failure === undefined) this.#durableTurn = Math.max(this.#durableTurn, committed);
      end(failure);
    });
  }

  /** @throws BrokerError `storage-failed` */
  syncNow(): void {
    if (this.#broken !== undefined) throw this.#broken;
    try {
      this.#sync.now();
      this.#durableTurn = this.#turn - 1;
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
