interface PendingTimer {
  readonly callback: () => void;
  readonly dueMs: number;
}

/** Turns of the event loop after each timer, so that what it has started can set the next one. */
const turnsAfterTimer = 5;

/** A clock (service-kit's `Clock`) that stands still until the test moves it. */
export class FakeClock {
  readonly #timers = new Set<PendingTimer>();
  #nowMs: number;

  /** @param start epoch milliseconds, or a date-time. */
  constructor(start: number | string = '2026-06-01T12:00:00Z') {
    this.#nowMs = typeof start === 'number' ? start : Date.parse(start);
  }

  now = (): number => this.#nowMs;

  setTimer = (callback: () => void, delayMs: number): Disposable & { cancel(): void } => {
    const timer = { callback, dueMs: this.#nowMs + Math.max(0, delayMs) };
    this.#timers.add(timer);
    const cancel = () => void this.#timers.delete(timer);
    return { cancel, [Symbol.dispose]: cancel };
  };

  /** How many timers have not fired. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves on and fires the timers that come due, in their order, also those that they set; lets promises run between. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await turns();
    for (let next = this.#nextDue(endMs); next !== undefined; next = this.#nextDue(endMs)) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
      await turns();
    }
    this.#nowMs = endMs;
  }

  /** Sets the wall clock without firing a timer, forwards or back, as an administrator would. */
  jump(toMs: number): void {
    this.#nowMs = toMs;
  }

  #nextDue(endMs: number): PendingTimer | undefined {
    const due = [...this.#timers].filter(({ dueMs }) => dueMs <= endMs);
    return due.reduce<PendingTimer | undefined>(
      (first, timer) => (first === undefined || timer.dueMs < first.dueMs ? timer : first),
      undefined,
    );
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < turnsAfterTimer; turn++) await new Promise((resolve) => setImmediate(resolve));
}
