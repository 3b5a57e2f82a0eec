import type { Clock } from '../core/clock.ts';

/** A timer runs by a clock that never jumps: looking this often notices when the wall clock was set. */
const lookMsMax = 1000;

/** One timer for whatever is due next. It may ring early, and late by no more than a look where the clock was set. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #dueMs = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Ringing early costs one look; re-arming at every message would cost more, so a later moment changes nothing. */
  set(dueMs: number): void {
    if (dueMs >= this.#dueMs) return;
    this.stop();
    this.#dueMs = dueMs;
    this.#cancel = this.#clock.setTimer(
      () => {
        this.#dueMs = Number.POSITIVE_INFINITY;
        this.#ring();
      },
      Math.min(Math.max(0, dueMs - this.#clock.nowMs()), lookMsMax),
    );
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#dueMs = Number.POSITIVE_INFINITY;
  }
}
