import type { AppError } from '../app-error.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { counter } from '../telemetry.ts';

const countRefused = counter('store.refused', 'Writes that the store refused: it is full, read-only or broken');
/** What still fits into a page here and there does not mean that there is room. */
const quietMs = 5000;

/** Says once when a store begins to refuse writes, and once when it takes them again: the first is worth an alert. */
export class StoreAlarm {
  readonly #logger: Logger | undefined;
  readonly #clock: Clock;
  readonly #file: string;
  #lastRefusedAtMs: number | undefined;

  constructor(logger: Logger | undefined, clock: Clock, file: string) {
    this.#logger = logger;
    this.#clock = clock;
    this.#file = file;
  }

  refused(fault: AppError): void {
    countRefused(1, { reason: fault.message });
    if (this.#lastRefusedAtMs === undefined) {
      this.#logger?.error({ file: this.#file, reason: fault.message }, 'the store refuses writes');
    }
    this.#lastRefusedAtMs = this.#clock.now();
  }

  committed(): void {
    if (this.#lastRefusedAtMs === undefined || this.#clock.now() - this.#lastRefusedAtMs < quietMs) return;
    this.#lastRefusedAtMs = undefined;
    this.#logger?.info({ file: this.#file }, 'the store takes writes again');
  }
}
