/** Settings of `createClockTrust`. */
export interface ClockTrustOptions {
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonicMs: () => number;
  /** How long the wall clock has to have run steadily, also after the start. */
  readonly steadyForMs: number;
}

/** Beyond what a clock that is slewed into place gains between two looks. */
const stepMs = 5000;

/**
 * Says whether the wall clock has run without a step for a while. What is old by a clock that was set forward by mistake
 * would otherwise be deleted for good, and setting the clock right would not bring it back. To be asked regularly: a
 * step is noticed at the next question.
 */
export function createClockTrust({ now, monotonicMs, steadyForMs }: ClockTrustOptions): () => boolean {
  let offsetMs = now() - monotonicMs();
  let steadySinceMs = monotonicMs();
  return () => {
    const presentMs = now() - monotonicMs();
    if (Math.abs(presentMs - offsetMs) > stepMs) steadySinceMs = monotonicMs();
    offsetMs = presentMs;
    return monotonicMs() - steadySinceMs >= steadyForMs;
  };
}
