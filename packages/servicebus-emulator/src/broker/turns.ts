import type { BrokerError } from '../core/broker-error.ts';

/** Told when the turn is durable, or why it is not. */
export type TurnEnd = (failure: BrokerError | undefined) => void;

export interface TurnSteps {
  /**
   * Closes the turn's changes; throws when they cannot be kept.
   * @returns whether they have to be synced before anybody may hear of them
   */
  commit(): boolean;
  /** Makes durable what is committed, beside this thread. */
  sync(end: TurnEnd): void;
  /** The same, at once; throws when it cannot. */
  syncNow(): void;
  /** The turn is lost: memory has to go back to what is committed. */
  recover(failure: BrokerError): void;
  /** Hands out what has become ready and is durable: changes of the next turn. */
  advance(): void;
}

/**
 * Group commit. Whatever all connections ask for between two rounds of the event loop is one turn: one transaction,
 * one sync, then the answers. While the disk is busy the next turn gathers, so that groups grow with the load by
 * themselves and the work of one turn overlaps with the sync of the one before.
 */
export class Turns {
  readonly #steps: TurnSteps;
  #ends: TurnEnd[] = [];
  /** Of the turn that is on its way to the disk. */
  #syncing: readonly TurnEnd[] | undefined;
  #scheduled = false;
  #closed = false;

  constructor(steps: TurnSteps) {
    this.#steps = steps;
  }

  /** Asks for a turn soon. */
  request(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /** `end` runs once what was changed until now is durable. */
  whenDurable(end: TurnEnd): void {
    this.#ends.push(end);
    this.request();
  }

  /** Ends for good: what is in hand is made durable and answered, nothing more is handed out. */
  close(): void {
    this.#closed = true;
    this.settle();
  }

  /** While the disk is busy the turn stays open: the end of the sync comes back here. */
  flush(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    if (this.#syncing === undefined) this.#end();
    this.#steps.advance();
  }

  /** Makes durable and answers what is in hand, now. */
  settle(): void {
    const syncing = this.#syncing;
    this.#syncing = undefined;
    if (syncing !== undefined) answer(syncing, this.#syncNow());
    const ends = this.#take();
    const { failure, unsynced } = this.#commit();
    answer(ends, unsynced ? this.#syncNow() : failure);
  }

  #end(): void {
    const ends = this.#take();
    const { failure, unsynced } = this.#commit();
    if (unsynced) this.#sync(ends);
    else answer(ends, failure);
  }

  #take(): readonly TurnEnd[] {
    const ends = this.#ends;
    this.#ends = [];
    return ends;
  }

  #commit(): { readonly failure?: BrokerError; readonly unsynced: boolean } {
    try {
      return { unsynced: this.#steps.commit() };
    } catch (error) {
      const failure = error as BrokerError;
      this.#steps.recover(failure);
      return { failure, unsynced: false };
    }
  }

  #sync(ends: readonly TurnEnd[]): void {
    this.#syncing = ends;
    this.#steps.sync((failure) => {
      // Otherwise somebody who could not wait has settled it.
      if (this.#syncing === ends) {
        this.#syncing = undefined;
        answer(ends, failure);
      }
      this.flush();
    });
  }

  #syncNow(): BrokerError | undefined {
    try {
      this.#steps.syncNow();
      return undefined;
    } catch (error) {
      return error as BrokerError;
    }
  }
}

function answer(ends: readonly TurnEnd[], failure: BrokerError | undefined): void {
  for (const end of ends) end(failure);
}
