import type { BrokerError } from '../core/broker-error.ts';

/** Told when the turn is durable, or why it is not. */
export type TurnEnd = (failure: BrokerError | undefined) => void;

export interface TurnSteps {
  /** Makes all changes of the turn durable; throws when it cannot. */
  commit(): void;
  /** The turn is lost: memory has to go back to what is durable. */
  recover(failure: BrokerError): void;
  /** After the answers have gone out: hands out what has become ready. */
  advance(): void;
}

/**
 * Group commit. Whatever all connections ask for between two rounds of the event loop is one turn: one transaction,
 * one fsync, then the answers. While the disk is busy the next turn gathers in the sockets, so that groups grow with
 * the load by themselves.
 */
export class Turns {
  readonly #steps: TurnSteps;
  #ends: TurnEnd[] = [];
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

  flush(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    this.settle();
    this.#steps.advance();
  }

  /** Makes durable and answers what is in hand, now. */
  settle(): void {
    const ends = this.#ends;
    this.#ends = [];
    const failure = this.#commit();
    for (const end of ends) end(failure);
  }

  #commit(): BrokerError | undefined {
    try {
      this.#steps.commit();
      return undefined;
    } catch (error) {
      const failure = error as BrokerError;
      this.#steps.recover(failure);
      return failure;
    }
  }
}
