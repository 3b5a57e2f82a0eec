/** Times and limits of the saga, all in milliseconds unless said otherwise. */
export interface SagaPolicy {
  /** A drone is bound this long before the pickup, not earlier. */
  readonly assignAheadMs: number;
  readonly noDroneDelay: DelayRange;
  readonly transientDelay: DelayRange;
  /** A change that overtook its create waits so long, so often. */
  readonly beforeCreateDelayMs: number;
  readonly beforeCreateTriesMax: number;
  /** How long whoever released a reservation is given to write the delivery's end. */
  readonly releasePendingDelayMs: number;
  /** After the deadline and this, a request that only met transient faults is undone. */
  readonly deadlineGraceMs: number;
  /** So many copies in a row for transient faults, and so old a request, are put up with; then it is a dead letter. */
  readonly transientTriesMax: number;
  readonly ageMaxMs: number;
}

export interface DelayRange {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** What a decision depends on beside the request and the answers. */
export interface Circumstances {
  readonly nowMs: number;
  /** In [0, 1): spreads delays. */
  readonly jitter: number;
  readonly policy: SagaPolicy;
}

/** Doubles with every try up to the maximum; the jitter takes off up to half of it, so that copies do not come in step. */
export function backoffMs(range: DelayRange, tries: number, jitter: number): number {
  const fullMs = Math.min(range.maxMs, range.firstMs * 2 ** Math.min(Math.max(0, tries - 1), 30));
  return Math.round(fullMs * (1 - jitter / 2));
}
