import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  SamplingBreaker,
} from 'cockatiel';
import { type Clock, pause } from '../clock.ts';
import { TransientError, type TransientKind, tokenEndpoint } from '../transient-error.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface ResilienceOptions {
  /** Calls at once. */
  readonly concurrencyMax?: number;
  /** Calls that wait for one of those; more fail at once. */
  readonly queueMax?: number;
  /** Attempts of one idempotent call, the first included. */
  readonly attemptsMax?: number;
  readonly retryPauseMs?: number;
  readonly retryPauseMsMax?: number;
  /** From 0 to 1: so much of the calls within `breakerWindowMs` must fail to open the breaker. */
  readonly breakerThreshold?: number;
  readonly breakerWindowMs?: number;
  /** With fewer calls a second the breaker stays closed. */
  readonly breakerCallsPerSecondMin?: number;
  readonly breakerPauseMs?: number;
  readonly breakerPauseMsMax?: number;
}

export interface Resilience {
  readonly state: BreakerState;
  onStateChange(listener: (state: BreakerState) => void): () => void;
  /** Bulkhead around retries around breaker around attempt. */
  run<T>(target: string, isRepeatable: boolean, attempt: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** Faults that say something about the other side's health; a 429 is an answer of a healthy one. */
const breakerKinds: readonly TransientKind[] = ['timeout', 'connection', 'server-error', 'bad-answer'];
const retriedKinds: readonly TransientKind[] = [...breakerKinds, 'too-many-requests'];

export function createResilience(options: ResilienceOptions, clock: Clock, random: () => number): Resilience {
  const gate = bulkhead(options.concurrencyMax ?? 64, options.queueMax ?? 1000);
  const breaker = circuitBreaker(handleWhen(isFaultOfService), {
    halfOpenAfter: new ExponentialBackoff({
      initialDelay: options.breakerPauseMs ?? 1000,
      maxDelay: options.breakerPauseMsMax ?? 10_000,
    }),
    breaker: new SamplingBreaker({
      threshold: options.breakerThreshold ?? 0.5,
      duration: options.breakerWindowMs ?? 5000,
      minimumRps: options.breakerCallsPerSecondMin ?? 1,
    }),
  });
  return {
    get state() {
      return nameOf(breaker.state);
    },
    onStateChange(listener) {
      const subscription = breaker.onStateChange((state) => listener(nameOf(state)));
      return () => subscription.dispose();
    },
    async run(target, isRepeatable, attempt, signal) {
      const attemptsMax = isRepeatable ? (options.attemptsMax ?? 3) : 1;
      const guarded = () => breaker.execute(attempt);
      try {
        return await gate.execute(() => repeated(guarded, attemptsMax, { options, clock, random, signal }));
      } catch (error) {
        throw named(error, target);
      }
    },
  };
}

interface RepeatSetting {
  readonly options: ResilienceOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal | undefined;
}

async function repeated<T>(call: () => Promise<T>, attemptsMax: number, setting: RepeatSetting): Promise<T> {
  const { retryPauseMs = 100, retryPauseMsMax = 2000 } = setting.options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= attemptsMax || !isOneOf(retriedKinds)(error)) throw error;
      const longestMs = Math.min(retryPauseMs * 2 ** (attempt - 1), retryPauseMsMax);
      const askedMs = (error as TransientError).retryAfterMs ?? 0;
      // Who asks for more time than we would ever wait is not asked again.
      if (askedMs > retryPauseMsMax || setting.signal?.aborted === true) throw error;
      await pause(setting.clock, Math.max(askedMs, longestMs * (0.5 + setting.random() / 2)), setting.signal);
      setting.signal?.throwIfAborted();
    }
  }
}

function isFaultOfService(error: unknown): boolean {
  return isOneOf(breakerKinds)(error) && (error as TransientError).target !== tokenEndpoint;
}

function isOneOf(kinds: readonly TransientKind[]): (error: unknown) => boolean {
  return (error) => error instanceof TransientError && kinds.includes(error.kind);
}

function named(error: unknown, target: string): unknown {
  const nothingSent = { target, mayHaveHappened: false };
  if (error instanceof BrokenCircuitError) {
    return new TransientError('breaker-open', `${target} is not called: its breaker is open`, nothingSent);
  }
  if (error instanceof BulkheadRejectedError) {
    return new TransientError('bulkhead-full', `too many calls to ${target} are waiting`, nothingSent);
  }
  return error;
}

function nameOf(state: CircuitState): BreakerState {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half-open' : 'open';
}
