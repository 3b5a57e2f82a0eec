import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  /** What is waited for, for the message of a failure. */
  readonly what?: string;
}

/**
 * Waits until the condition gives something other than false, null or undefined, and gives that. A condition that throws counts as
 * not yet met, so that assertions can be used as they are.
 * @throws Error with the last value or failure when the time is over.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, intervalMs = 10, what = 'the condition' }: EventuallyOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const outcome = await attempt(condition);
    if (outcome.isMet) return outcome.value as Exclude<T, false | null | undefined>;
    if (performance.now() > endMs) {
      throw new Error(`${what} was not met within ${timeoutMs} ms; last: ${outcome.last}`, { cause: outcome.cause });
    }
    await delay(intervalMs);
  }
}

type Outcome =
  | { readonly isMet: true; readonly value: unknown }
  | { readonly isMet: false; readonly last: string; readonly cause?: unknown };

async function attempt(condition: () => unknown): Promise<Outcome> {
  try {
    const value = await condition();
    const isMet = value !== false && value !== null && value !== undefined;
    return isMet ? { isMet, value } : { isMet: false, last: String(value) };
  } catch (error) {
    return { isMet: false, last: (error as Error).message, cause: error };
  }
}
