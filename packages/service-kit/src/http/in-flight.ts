import { AppError } from '../app-error.ts';
import type { Clock, Timer } from '../clock.ts';
import { Roster } from '../roster.ts';

interface Running {
  readonly startedAtMs: number;
  readonly timeOut: (error: AppError) => void;
}

/**
 * Bounds the time of handlers. One sweep for all requests in place of a timer for each: a timer and an abort
 * controller a request would cost more than the rest of the route.
 */
export class InFlight implements Disposable {
  readonly #running = new Roster<Running>();
  readonly #clock: Clock;
  readonly #limitMs: number;
  #timer: Timer | undefined;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  get size(): number {
    return this.#running.size;
  }

  /** @returns what to call when the request has ended. */
  begin(timeOut: (error: AppError) => void): () => void {
    this.#timer ??= this.#clock.setTimer(() => this.#sweep(), this.#limitMs);
    return this.#running.add({ startedAtMs: this.#clock.now(), timeOut });
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  /** They are in the order of starting, so the first that is young enough ends the sweep. */
  #sweep(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (let running = this.#running.first; running !== undefined; running = this.#running.first) {
      if (now - running.startedAtMs < this.#limitMs) {
        this.#timer = this.#clock.setTimer(() => this.#sweep(), running.startedAtMs + this.#limitMs - now);
        return;
      }
      this.#running.removeFirst();
      running.timeOut(new AppError('unavailable', 'the request took too long', { retryAfterS: 1 }));
    }
  }
}
