import { FakeClock } from './fake-clock.ts';

/**
 * A clock (service-kit's `Clock`) whose wall clock can be set forward and back, as an administrator or a time server
 * would, while its timers go on by a clock that never jumps.
 */
export class JumpingClock {
  readonly #steady: FakeClock;
  #aheadMs = 0;

  /** @param startMs epoch milliseconds. */
  constructor(startMs: number) {
    this.#steady = new FakeClock(startMs);
  }

  now = (): number => this.#steady.now() + this.#aheadMs;

  setTimer = (callback: () => void, delayMs: number): Disposable & { cancel(): void } =>
    this.#steady.setTimer(callback, delayMs);

  /** The clock that never jumps, in milliseconds. */
  monotonicMs = (): number => this.#steady.now();

  /** Sets the wall clock, forward or back. */
  jump(byMs: number): void {
    this.#aheadMs += byMs;
  }

  /** Time passes by both clocks, and timers fire. */
  advance(ms: number): Promise<void> {
    return this.#steady.advance(ms);
  }

  /** Time passes by both clocks at once: each timer that came due meanwhile fires at the next `advance`, a single time. */
  skip(ms: number): void {
    this.#steady.jump(this.#steady.now() + ms);
  }
}
