/** Time as the broker sees it. Tests drive their own. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  nowMs(): number;
  /** Calls once, not before `delayMs` have passed; the answer cancels. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** A longer delay overflows Node's timer and would fire at once. */
const timerDelayMaxMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: Date.now,
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, Math.min(delayMs, timerDelayMaxMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
