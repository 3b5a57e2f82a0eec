import { AppError } from '@dronedelivery/service-kit/app-error';

/** Runs at most `concurrencyMax` tasks at once and lets at most `queueMax` wait. */
export function createLimiter(concurrencyMax: number, queueMax: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  /** @throws AppError `unavailable` when too many wait. */
  return async function limited<T>(task: () => Promise<T>): Promise<T> {
    if (running >= concurrencyMax) {
      if (waiting.length >= queueMax)
        throw new AppError('unavailable', 'too many secrets wait to be checked', { retryAfterS: 1 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      // The place passes on to the next task, so that no newcomer overtakes it.
      if (next === undefined) running--;
      else next();
    }
  };
}
