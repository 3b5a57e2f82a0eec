import { LRUCache } from 'lru-cache';

/** What each caller may use up. */
export interface TokenBucketLimits {
  /** Requests a second, in the long run. */
  readonly ratePerS: number;
  /** Requests that may come at once after a pause. */
  readonly burst: number;
  /** Callers that are remembered; the one not seen for longest is forgotten first. */
  readonly callersMax: number;
}

export interface Taken {
  /** 0 when the request may pass, else the time until the next one may. */
  readonly waitMs: number;
  /** For a request that turned out to be one of those that are not limited here. */
  giveBack(): void;
}

/** Takes one token of a caller. */
export type TakeToken = (caller: string) => Taken;

interface Bucket {
  tokens: number;
  filledAt: number;
}

/**
 * A token bucket for each caller, in a table of bounded size.
 *
 * @param now milliseconds; a clock that never steps back serves best.
 */
export function createTokenBuckets({ ratePerS, burst, callersMax }: TokenBucketLimits, now: () => number): TakeToken {
  const buckets = new LRUCache<string, Bucket>({ max: callersMax });
  return (caller) => {
    const at = now();
    const bucket = buckets.get(caller) ?? { tokens: burst, filledAt: at };
    const elapsedS = Math.max(0, at - bucket.filledAt) / 1000;
    bucket.tokens = Math.min(burst, bucket.tokens + elapsedS * ratePerS);
    bucket.filledAt = at;
    buckets.set(caller, bucket);
    if (bucket.tokens < 1) return { waitMs: ((1 - bucket.tokens) / ratePerS) * 1000, giveBack: () => undefined };
    bucket.tokens -= 1;
    const giveBack = () => {
      bucket.tokens += 1;
    };
    return { waitMs: 0, giveBack };
  };
}
