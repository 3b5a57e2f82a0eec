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

export interface TakenNews {
  /** Grows along the subscription. */
  readonly sequenceNumber: string;
  /** By the broker's clock, epoch milliseconds. */
  readonly enqueuedAtMs: number;
}

/** Beyond what messages of one moment may differ by. */
const stepMs = 100;

/**
 * Whether the news of missions that is being taken has lain on its subscription for a while. The broker's clock need not agree
 * with ours: what was taken soonest in the last minutes shows how they differ. When a later message was enqueued before
 * an earlier one, that clock was set back, and nothing from before counts.
 */
export class NewsLag {
  readonly #options: NewsLagOptions;
  #windowSinceMs: number;
  #leastAgeMs = Number.POSITIVE_INFINITY;
  #leastAgeBeforeMs = Number.POSITIVE_INFINITY;
  #latestSequence = 0n;
  #latestEnqueuedAtMs = Number.NEGATIVE_INFINITY;
  #lagMs = 0;
  #takenAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: NewsLagOptions) {
    this.#options = options;
    this.#windowSinceMs = options.monotonicMs();
  }

  taken(news: TakenNews): void {
    const nowMs = this.#options.monotonicMs();
    if (this.#wasSetBack(news)) this.#turnWindow(nowMs, Number.POSITIVE_INFINITY);
    else if (nowMs - this.#windowSinceMs >= windowMs) this.#turnWindow(nowMs, this.#leastAgeMs);
    const ageMs = nowMs - news.enqueuedAtMs;
    this.#leastAgeMs = Math.min(this.#leastAgeMs, ageMs);
    this.#lagMs = ageMs - Math.min(this.#leastAgeMs, this.#leastAgeBeforeMs);
    this.#takenAtMs = nowMs;
  }

  /** What comes again after a lost lock is earlier, and tells nothing. */
  #wasSetBack({ sequenceNumber, enqueuedAtMs }: TakenNews): boolean {
    const sequence = BigInt(sequenceNumber);
    if (sequence < this.#latestSequence) return false;
    const wasSetBack = enqueuedAtMs < this.#latestEnqueuedAtMs - stepMs;
    this.#latestSequence = sequence;
    this.#latestEnqueuedAtMs = enqueuedAtMs;
    return wasSetBack;
  }

  #turnWindow(nowMs: number, leastAgeBeforeMs: number): void {
    this.#windowSinceMs = nowMs;
    this.#leastAgeBeforeMs = leastAgeBeforeMs;
    this.#leastAgeMs = Number.POSITIVE_INFINITY;
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
