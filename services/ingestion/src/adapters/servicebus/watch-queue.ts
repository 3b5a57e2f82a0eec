import { queues } from '@dronedelivery/contracts';
import { type Clock, pause } from '@dronedelivery/service-kit/clock';
import type { Logger } from '@dronedelivery/service-kit/logger';
import type { Browser, PeekedMessage, ServiceBus } from '@dronedelivery/service-kit/servicebus';

export interface WatchQueueOptions {
  readonly bus: ServiceBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs: number;
  /** Messages that consumers may have in hand: they are still on the queue, but do not wait. */
  readonly inHandMax: number;
  /** When the message that is next to be taken was put on the queue; of an empty one, the time of the look. */
  readonly onLook: (nextEnqueuedAtMs: number) => void;
}

const pageMax = 50;
const pagesMax = 10;

/** Looks at the front of the request queue again and again, with no more than the right to listen. */
export function watchQueue(options: WatchQueueOptions): AsyncDisposable {
  const watch = new QueueWatch(options);
  return { [Symbol.asyncDispose]: () => watch.stop() };
}

class QueueWatch {
  readonly #options: WatchQueueOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #browser: Browser | undefined;
  #isFaulty = false;
  /** Nothing active lies below: scheduled and deferred messages are passed once. */
  #frontSequence = 0n;

  constructor(options: WatchQueueOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    // A look under way ends with its connection.
    await this.#browser?.[Symbol.asyncDispose]();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, intervalMs } = this.#options;
    while (!this.#stopping.signal.aborted) {
      await this.#look().catch((error: unknown) => this.#failed(error));
      await pause(clock, intervalMs, this.#stopping.signal);
    }
  }

  async #look(): Promise<void> {
    const { bus, clock, inHandMax, onLook } = this.#options;
    const startedAtMs = clock.now();
    this.#browser ??= bus.browse({ queue: queues.deliveryRequests });
    const front = await this.#firstActive(this.#browser, this.#frontSequence);
    this.#frontSequence = front.sequence;
    const next = front.message && (await this.#firstActive(this.#browser, front.sequence + BigInt(inHandMax)));
    onLook(next?.message?.enqueuedAtMs ?? startedAtMs);
    this.#isFaulty = false;
  }

  /** The first that waits to be received or is in hand; else where the next look goes on. */
  async #firstActive(
    browser: Browser,
    from: bigint,
  ): Promise<{ readonly sequence: bigint; readonly message?: PeekedMessage }> {
    let sequence = from;
    for (let page = 0; page < pagesMax; page++) {
      // Mostly the very first is active; only where it is not is it worth to ask for many.
      const messages = await browser.peek({ fromSequenceNumber: String(sequence), max: page === 0 ? 1 : pageMax });
      const active = messages.find(({ state }) => state === 'active');
      if (active !== undefined) return { sequence: BigInt(active.sequenceNumber), message: active };
      const last = messages.at(-1);
      if (last === undefined) break;
      sequence = BigInt(last.sequenceNumber) + 1n;
    }
    return { sequence };
  }

  /** Begins anew, with another connection: the queue may be another one by then. */
  #failed(error: unknown): void {
    const broken = this.#browser;
    this.#browser = undefined;
    this.#frontSequence = 0n;
    void broken?.[Symbol.asyncDispose]();
    if (!this.#isFaulty && !this.#stopping.signal.aborted) {
      this.#options.logger.warn({ err: error }, 'the request queue cannot be looked at');
    }
    this.#isFaulty = true;
  }
}
