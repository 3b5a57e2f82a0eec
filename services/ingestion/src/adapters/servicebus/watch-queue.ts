import { messageProperties, queues } from '@dronedelivery/contracts';
import { type Clock, pause } from '@dronedelivery/service-kit/clock';
import type { Logger } from '@dronedelivery/service-kit/logger';
import type { Browser, PeekedMessage, ServiceBus } from '@dronedelivery/service-kit/servicebus';
import type { Backlog, QueuedRequest } from '../../domain/backlog.ts';

export interface WatchQueueOptions {
  readonly bus: ServiceBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly backlog: Backlog;
  readonly intervalMs: number;
  /** Messages that consumers may have in hand: they are still on the queue, but do not wait. */
  readonly inHandMax: number;
}

export interface QueueWatcher extends AsyncDisposable {
  /** Resolves after the first look, or the first attempt at one. */
  readonly firstLook: Promise<void>;
}

/** The broker gives no more at once. */
const pageMax = 250;
const pagesMax = 40;

/** Looks at the request queue again and again, with no more than the right to listen. */
export function watchQueue(options: WatchQueueOptions): QueueWatcher {
  const watch = new QueueWatch(options);
  return { firstLook: watch.firstLook, [Symbol.asyncDispose]: () => watch.stop() };
}

/** Where the next look goes on, and the message there if it is one that waits or is in hand. */
interface Place {
  readonly sequence: bigint;
  readonly message?: PeekedMessage;
  readonly isEnd: boolean;
}

/** Sequence numbers only grow: what scheduled and deferred messages lie below is passed once. */
interface Cursors {
  /** Nothing active lies below. */
  readonly front: bigint;
  /** Nothing that waits lies below. */
  readonly next: bigint;
  /** Everything that waits below has been found. */
  readonly unseen: bigint;
}

const atBeginning: Cursors = { front: 0n, next: 0n, unseen: 0n };

class QueueWatch {
  readonly firstLook: Promise<void>;
  readonly #options: WatchQueueOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #browser: Browser | undefined;
  #isFaulty = false;
  #cursors = atBeginning;

  constructor(options: WatchQueueOptions) {
    this.#options = options;
    this.firstLook = this.#tryLook();
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
    await this.firstLook;
    while (!this.#stopping.signal.aborted) {
      await pause(clock, intervalMs, this.#stopping.signal);
      if (!this.#stopping.signal.aborted) await this.#tryLook();
    }
  }

  async #tryLook(): Promise<void> {
    await this.#look().then(
      () => this.#succeeded(),
      (error: unknown) => this.#failed(error),
    );
  }

  async #look(): Promise<void> {
    const { bus, clock, backlog, inHandMax } = this.#options;
    const isAnew = this.#browser === undefined;
    this.#browser ??= bus.browse({ queue: queues.deliveryRequests });
    const { number, foundMax } = backlog.beginLook({ isAnew });
    const front = await this.#firstActive(this.#browser, this.#cursors.front);
    const next = front.message
      ? await this.#firstActive(this.#browser, later(this.#cursors.next, front.sequence + BigInt(inHandMax)))
      : front;
    const unseen = later(this.#cursors.unseen, next.sequence);
    const seen = next.message ? await this.#follow(this.#browser, unseen, foundMax) : { ...next, unseen, found: [] };
    this.#cursors = { front: front.sequence, next: later(this.#cursors.next, next.sequence), unseen: seen.unseen };
    const nextSequence = next.isEnd ? undefined : next.sequence;
    backlog.endLook({ number, isAnew, nextSequence, found: seen.found, reachedEnd: seen.isEnd }, clock.now());
  }

  /** The first that waits to be received or is in hand. */
  async #firstActive(browser: Browser, from: bigint): Promise<Place> {
    let sequence = from;
    for (let page = 0; page < pagesMax; page++) {
      // Mostly the very first is active; only where it is not is it worth to ask for many.
      const messages = await browser.peek({ fromSequenceNumber: String(sequence), max: page === 0 ? 1 : pageMax });
      const active = messages.find(({ state }) => state === 'active');
      if (active !== undefined) return { sequence: BigInt(active.sequenceNumber), message: active, isEnd: false };
      const last = messages.at(-1);
      if (last === undefined) return { sequence, isEnd: true };
      sequence = BigInt(last.sequenceNumber) + 1n;
    }
    return { sequence, isEnd: false };
  }

  /** What waits from there on, until enough is found. */
  async #follow(browser: Browser, from: bigint, foundMax: number) {
    const found: QueuedRequest[] = [];
    let unseen = from;
    for (let page = 0; page < pagesMax && found.length < foundMax; page++) {
      const messages = await browser.peek({ fromSequenceNumber: String(unseen), max: pageMax });
      const last = messages.at(-1);
      if (last === undefined) return { unseen, found, isEnd: true };
      found.push(...messages.filter(({ state }) => state === 'active').map(queuedRequest));
      unseen = BigInt(last.sequenceNumber) + 1n;
    }
    return { unseen, found, isEnd: false };
  }

  #succeeded(): void {
    this.#isFaulty = false;
  }

  /** Begins anew, with another connection: the queue may be another one by then. */
  #failed(error: unknown): void {
    const broken = this.#browser;
    this.#browser = undefined;
    this.#cursors = atBeginning;
    void broken?.[Symbol.asyncDispose]();
    if (!this.#isFaulty && !this.#stopping.signal.aborted) {
      this.#options.logger.warn({ err: error }, 'the request queue cannot be looked at');
    }
    this.#isFaulty = true;
  }
}

function later(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function queuedRequest({ sequenceNumber, messageId, properties }: PeekedMessage): QueuedRequest {
  const businessId = String(properties[messageProperties.businessId] ?? '');
  return { sequence: BigInt(sequenceNumber), requestId: messageId, businessId };
}
