/** A timer that has not fired yet; disposing of it cancels it. */
export interface Timer extends Disposable {
  cancel(): void;
}

/** Time as a port, so that tests drive it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z, wall clock. */
  now(): number;
  /** Calls back once, after at least `delayMs`. */
  setTimer(callback: () => void, delayMs: number): Timer;
}

/** Longest delay that Node's timers take; more would fire at once. */
const timerDelayMsMax = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(callback, delayMs) {
    const timeout = setTimeout(callback, Math.min(Math.max(delayMs, 0), timerDelayMsMax));
    const cancel = () => clearTimeout(timeout);
    return { cancel, [Symbol.dispose]: cancel };
  },
};

/** Waits, or returns early once the signal is aborted: callers look at the signal themselves. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = () => {
      timer.cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(end, delayMs);
    signal?.addEventListener('abort', end);
  });
}
