import type { Clock, Timer } from '@dronedelivery/service-kit/clock';
import type { Receiver } from '@dronedelivery/service-kit/servicebus';

/** A dependency's circuit breaker, seen from outside. */
export interface Breaker {
  readonly breakerState: 'closed' | 'open' | 'half-open';
  onBreakerChange(listener: (state: Breaker['breakerState']) => void): () => void;
}

export interface BreakerPauseOptions {
  readonly clock: Clock;
  /** As long as a breaker stays open: only a call can close it, so somebody has to be let through then. */
  readonly pauseMs: number;
  readonly onPause: () => void;
}

/**
 * Rests the receiver while a breaker is open: the messages would all become delayed copies for one and the same
 * fault. Each pause is bounded; if the next call fails too, the breaker opens anew and so does the pause.
 */
export function pauseWhileOpen(
  receiver: Pick<Receiver, 'pause' | 'resume'>,
  breakers: readonly Breaker[],
  { clock, pauseMs, onPause }: BreakerPauseOptions,
): Disposable {
  let timer: Timer | undefined;
  const rest = () => {
    if (timer !== undefined) return;
    onPause();
    timer = clock.setTimer(() => {
      timer = undefined;
      void receiver.resume();
    }, pauseMs);
    void receiver.pause();
  };
  const forget = breakers.map((breaker) =>
    breaker.onBreakerChange((state) => {
      if (state === 'open') rest();
    }),
  );
  return {
    [Symbol.dispose]() {
      timer?.cancel();
      for (const one of forget) one();
    },
  };
}
