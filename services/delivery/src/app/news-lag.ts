import { type Clock, pause } from '@dronedelivery/service-kit/clock';

export interface NewsLagOptions {
  /** Milliseconds of a clock that never jumps. */
  readonly monotonicMs: () => number;
  /** News that is later than that is behind. */
  readonly lagMsMax: number;
}

const windowMs = 5 * 60_000;
/** After so long without news nothing more is known of the next. */
const knownForMs = 1000;

/**
 * Whether the news of missions that is being taken has lain on its subscription for a while. The broker's clock need not agree
 * with ours: what was taken soonest in the last minutes shows how they differ, and heals when one of them was set.
 */
export class NewsLag {
  readonly #options: NewsLagOptions;
  #windowSinceMs: number;
  #leastAgeMs = Number.POSITIVE_INFINITY;
  #leastAgeBeforeMs = Number.POSITIVE_INFINITY;
  #lagMs = 0;
  #takenAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: NewsLagOptions) {
    this.#options = options;
    this.#windowSinceMs = options.monotonicMs();
  }

  /** @param enqueuedAtMs by the broker's clock */
  taken(enqueuedAtMs: number): void {
    const nowMs = this.#options.monotonicMs();
    if (nowMs - this.#windowSinceMs >= windowMs) {
      this.#windowSinceMs = nowMs;
      this.#leastAgeBeforeMs = this.#leastAgeMs;
      this.#leastAgeMs = Number.POSITIVE_INFINITY;
    }
    const ageMs = nowMs - enqueuedAtMs;
    this.#leastAgeMs = Math.min(this.#leastAgeMs, ageMs);
    this.#lagMs = ageMs - Math.min(this.#leastAgeMs, this.#leastAgeBeforeMs);
    this.#takenAtMs = nowMs;
  }

  get isBehind(): boolean {
    const { monotonicMs, lagMsMax } = this.#options;
    return this.#lagMs > lagMsMax && monotonicMs() - this.#takenAtMs < knownForMs;
  }
}

const waitMsMax = 1000;
const lookMs = 50;

/**
 * Waits while news is behind, for a second at most: the saga has a bounded number of requests in hand, and takes fewer new ones while
 * each takes longer.
 */
export async function giveWay(lag: NewsLag, clock: Clock): Promise<void> {
  for (let waitedMs = 0; lag.isBehind && waitedMs < waitMsMax; waitedMs += lookMs) await pause(clock, lookMs);
}
