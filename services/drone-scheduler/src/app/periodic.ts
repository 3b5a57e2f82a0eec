import { type Clock, pause } from '@dronedelivery/service-kit/clock';

export interface PeriodicWork {
  readonly intervalMs: number;
  readonly run: () => Promise<unknown>;
  /** A failed run is told, and the next one comes as usual. */
  readonly onError: (error: unknown) => void;
}

/** Repeats work with a pause between two runs, until it is disposed of; a run under way is waited for. */
export function repeat(work: PeriodicWork, clock: Clock): AsyncDisposable {
  const stopping = new AbortController();
  const running = runUntil(stopping.signal, work, clock);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

async function runUntil(signal: AbortSignal, work: PeriodicWork, clock: Clock): Promise<void> {
  while (!signal.aborted) {
    try {
      await work.run();
    } catch (error) {
      work.onError(error);
    }
    await pause(clock, work.intervalMs, signal);
  }
}
