import { type Clock, pause } from '@dronedelivery/service-kit/clock';

export interface WorkerOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Does one bounded piece of work and tells how much it was; 0 means that there is nothing to do at present. */
  readonly run: (signal: AbortSignal) => Promise<number>;
  readonly onError: (error: unknown) => void;
}

/** Repeats a piece of work: at once while there is some, else after the interval or when it is woken. */
export class Worker implements AsyncDisposable {
  readonly #options: WorkerOptions;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #sleep: AbortController | undefined;
  #isWoken = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#ended = this.#repeat();
  }

  wake(): void {
    this.#isWoken = true;
    this.#sleep?.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.wake();
    await this.#ended;
  }

  async #repeat(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#isWoken = false;
      const done = await this.#attempt();
      if (done === 0) await this.#rest();
    }
  }

  /** A failed piece of work waits like a finished one: what it needs is probably away. */
  async #attempt(): Promise<number> {
    try {
      return await this.#options.run(this.#stop.signal);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#options.onError(error);
      return 0;
    }
  }

  async #rest(): Promise<void> {
    if (this.#isWoken) return;
    this.#sleep = new AbortController();
    await pause(this.#options.clock, this.#options.intervalMs, this.#sleep.signal);
    this.#sleep = undefined;
  }
}
