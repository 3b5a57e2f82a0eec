import type { ServiceBusMessage } from '@azure/service-bus';
import { TransientError } from '../transient-error.ts';
import { type OutgoingMessage, toSdkMessage } from './message.ts';
import { closeWithin, type NewClient } from './sdk.ts';
import { sdkCodeOf, toTransientError } from './sdk-errors.ts';
import { SenderLink } from './sender-link.ts';

export interface SendOptions {
  /** Until when the broker must have accepted; after it whether it has is not known. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface SenderOptions {
  /** Messages that wait to be sent; more are refused at once. */
  readonly queueMax?: number;
  /** Messages in one batch. */
  readonly batchMax?: number;
  /** Batches on their way at once. */
  readonly flightsMax?: number;
  /** Of one batch. */
  readonly flightTimeoutMs?: number;
}

/** Sends to one queue or topic. What is sent while batches are on their way goes together in the next one. */
export interface Sender {
  /**
   * Resolves once the broker has accepted all of them.
   * @throws TransientError (`mayHaveHappened` says whether it is certain that nothing was sent), MessageRefused, or the
   * signal's reason.
   */
  send(messages: OutgoingMessage | readonly OutgoingMessage[], options?: SendOptions): Promise<void>;
  /** Opens the link, so that the first message does not pay for it. @throws TransientError */
  warm(): Promise<void>;
}

/** The broker will never take this message. */
export class MessageRefused extends Error {
  readonly isFinal = true;

  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'MessageRefused';
  }
}

/** What one caller waits for. */
interface Call {
  left: number;
  isSettled: boolean;
  wasSent: boolean;
  readonly settle: (error?: unknown) => void;
}

interface Item {
  readonly message: ServiceBusMessage;
  readonly call: Call;
}

const timeoutMsDefault = 10_000;
const drainLimitMs = 1500;

export class BatchingSender implements Sender, AsyncDisposable {
  readonly #entity: string;
  readonly #link: SenderLink;
  readonly #options: Required<SenderOptions>;
  #queue: Item[] = [];
  #flights = 0;
  #generation = 0;
  #isClosed = false;
  #idle = () => {};

  constructor(entity: string, newClient: NewClient, options: SenderOptions) {
    this.#entity = entity;
    this.#options = { queueMax: 10_000, batchMax: 200, flightsMax: 2, flightTimeoutMs: 10_000, ...options };
    this.#link = new SenderLink(entity, newClient, () => this.#startAgain());
  }

  send(messages: OutgoingMessage | readonly OutgoingMessage[], options: SendOptions = {}): Promise<void> {
    const list = (Array.isArray(messages) ? messages : [messages]) as readonly OutgoingMessage[];
    if (list.length === 0) return Promise.resolve();
    const refusal = this.#refusal(list.length);
    if (refusal !== undefined) return Promise.reject(refusal);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const call = this.#newCall(list.length, options, resolve, reject);
    for (const message of list) this.#queue.push({ message: toSdkMessage(message), call });
    // After this turn's other sends have queued.
    queueMicrotask(() => this.#pump());
    return promise;
  }

  async warm(): Promise<void> {
    try {
      await this.#link.sender.createMessageBatch();
    } catch (error) {
      throw toTransientError(error, this.#entity);
    }
  }

  /** Sends what is queued, within a bound, then closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    if (this.#queue.length > 0 || this.#flights > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#idle = resolve;
      await closeWithin(drainLimitMs, () => promise);
    }
    const left = this.#queue.splice(0);
    for (const { call } of left) call.settle(this.#fault('connection', 'the sender was closed', call.wasSent));
    await this.#link.close();
  }

  #refusal(count: number): TransientError | undefined {
    if (this.#isClosed) return this.#fault('connection', 'the sender is closed', false);
    if (this.#queue.length + count <= this.#options.queueMax) return undefined;
    return this.#fault('bulkhead-full', 'too many messages are waiting', false);
  }

  #fault(kind: TransientError['kind'], what: string, mayHaveHappened: boolean): TransientError {
    return new TransientError(kind, `${this.#entity}: ${what}`, { target: this.#entity, mayHaveHappened });
  }

  #newCall(count: number, options: SendOptions, resolve: () => void, reject: (error: unknown) => void): Call {
    const { timeoutMs = timeoutMsDefault, signal } = options;
    const settle = (error?: unknown) => {
      if (call.isSettled) return;
      call.isSettled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      if (error === undefined) resolve();
      else reject(error);
    };
    const call: Call = { left: count, isSettled: false, wasSent: false, settle };
    const aborted = () => settle(signal?.reason);
    const timer = setTimeout(
      () => settle(this.#fault('timeout', `not accepted within ${timeoutMs} ms`, call.wasSent)),
      timeoutMs,
    );
    signal?.addEventListener('abort', aborted);
    if (signal?.aborted === true) aborted();
    return call;
  }

  #pump(): void {
    while (this.#flights < this.#options.flightsMax && this.#queue.length > 0) {
      const items = this.#take();
      if (items.length === 0) continue;
      void this.#flyIn(this.#generation, items);
    }
    if (this.#flights === 0 && this.#queue.length === 0) this.#idle();
  }

  async #flyIn(generation: number, items: readonly Item[]): Promise<void> {
    this.#flights++;
    this.#link.departed();
    const hasArrived = await this.#fly(items);
    // Flights over a connection that was replaced are no longer counted.
    if (generation !== this.#generation) return;
    this.#flights--;
    if (hasArrived) this.#link.arrived(this.#flights > 0);
    this.#pump();
  }

  #startAgain(): void {
    this.#generation++;
    this.#flights = 0;
    this.#pump();
  }

  /** Callers that have given up are not sent for. */
  #take(): Item[] {
    return this.#queue.splice(0, this.#options.batchMax).filter(({ call }) => !call.isSettled);
  }

  async #fly(items: readonly Item[]): Promise<boolean> {
    try {
      const sent = await this.#sendSome(items);
      for (const { call } of sent) if (--call.left === 0) call.settle();
      return true;
    } catch (error) {
      const fault = this.#faultOfFlight(error);
      for (const { call } of error instanceof FlightError ? error.items : items) call.settle(fault);
      return fault instanceof MessageRefused;
    }
  }

  /**
   * Sends as many as fit into one batch; the others go back to the head of the queue. `AbortSignal.timeout` has no end but
   * its time: it would go off long after the flight, and keep in memory until then what the flight has carried.
   */
  async #sendSome(items: readonly Item[]): Promise<readonly Item[]> {
    const flight = new AbortController();
    const timer = setTimeout(() => flight.abort(), this.#options.flightTimeoutMs);
    try {
      return await this.#sendUntil(flight.signal, items);
    } finally {
      clearTimeout(timer);
    }
  }

  async #sendUntil(abortSignal: AbortSignal, items: readonly Item[]): Promise<readonly Item[]> {
    const [first] = items;
    if (items.length === 1 && first !== undefined) {
      first.call.wasSent = true;
      await this.#link.sender.sendMessages(first.message, { abortSignal });
      return items;
    }
    const batch = await this.#link.sender.createMessageBatch({ abortSignal });
    let fitting = 0;
    for (const { message } of items) {
      if (!batch.tryAddMessage(message)) break;
      fitting++;
    }
    // One that does not even fit alone goes alone, and is refused by name.
    const sent = items.slice(0, Math.max(fitting, 1));
    this.#queue.unshift(...items.slice(sent.length));
    if (fitting === 0) return this.#sendAlone(sent);
    for (const { call } of sent) call.wasSent = true;
    await this.#link.sender.sendMessages(batch, { abortSignal }).catch((error: unknown) => {
      throw new FlightError(sent, error);
    });
    return sent;
  }

  async #sendAlone(items: readonly Item[]): Promise<readonly Item[]> {
    return this.#sendSome(items).catch((error: unknown) => {
      throw new FlightError(items, error);
    });
  }

  #faultOfFlight(error: unknown): TransientError | MessageRefused {
    const cause = error instanceof FlightError ? error.cause : error;
    if (sdkCodeOf(cause) === 'MessageSizeExceeded') return new MessageRefused('the message is too large', cause);
    return toTransientError(cause, this.#entity);
  }
}

/** A failed batch with the messages that were in it: those that did not fit are back in the queue. */
class FlightError extends Error {
  readonly items: readonly Item[];

  constructor(items: readonly Item[], cause: unknown) {
    super('a batch was not sent', { cause });
    this.items = items;
  }
}
