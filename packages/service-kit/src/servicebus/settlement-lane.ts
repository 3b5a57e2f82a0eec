import type { Settlement } from './settlement.ts';

interface Waiting {
  readonly kind: Settlement['kind'];
  readonly issue: () => void;
}

/**
 * Keeps different outcomes apart. The AMQP library under the SDK (rhea 3.0.5, `write_dispositions`) puts what is settled in one
 * turn into one frame, and does not compare the outcome of the second message with that of the first: a message that
 * was to be dead-lettered beside a completed one would be completed, and lost. Only equal `complete`s share a turn.
 */
export class SettlementLane {
  readonly #waiting: Waiting[] = [];
  #isRunning = false;

  /** Calls `settle` in a turn of its own kind, and gives what it gives. */
  through(kind: Settlement['kind'], settle: () => Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ kind, issue: () => resolve(settle()) });
    if (!this.#isRunning) {
      this.#isRunning = true;
      setImmediate(() => this.#turn());
    }
    return promise;
  }

  /** The library writes at the end of the turn in which it was asked, so the next turn finds nothing left to mix with. */
  #turn(): void {
    if (this.#waiting.length === 0) {
      this.#isRunning = false;
      return;
    }
    const others = this.#waiting.findIndex(({ kind }) => kind !== 'complete');
    const count = others === -1 ? this.#waiting.length : Math.max(others, 1);
    for (const { issue } of this.#waiting.splice(0, count)) issue();
    setImmediate(() => this.#turn());
  }
}
