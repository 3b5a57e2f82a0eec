import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { EntityAddress } from './entity.ts';
import { closeWithin, type NewClient, openReceiver } from './sdk.ts';

export interface SubscriptionOptions {
  readonly from: EntityAddress;
  readonly newClient: NewClient;
  readonly concurrencyMax: number;
  readonly lockRenewalMsMax: number;
  readonly onMessage: (message: ServiceBusReceivedMessage, receiver: ServiceBusReceiver) => Promise<void>;
  readonly onError: (error: Error) => void;
}

const closeLimitMs = 5000;

/**
 * One connection with one receiving link. It is thrown away whole when it falls silent: a receiver that shares its connection with the
 * dead one would inherit the fault.
 */
export class Subscription {
  readonly #client: ServiceBusClient;
  readonly #receiver: ServiceBusReceiver;
  readonly #options: SubscriptionOptions;
  #flow: { close(): Promise<void> } | undefined;
  #inHand = 0;
  #emptied: () => void = () => undefined;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#client = options.newClient();
    this.#receiver = openReceiver(this.#client, options.from, options.lockRenewalMsMax);
  }

  get inHand(): number {
    return this.#inHand;
  }

  start(): void {
    const { concurrencyMax, onError } = this.#options;
    this.#flow = this.#receiver.subscribe(
      {
        processMessage: (message) => this.#handle(message),
        processError: async ({ error }) => onError(error),
      },
      { autoCompleteMessages: false, maxConcurrentCalls: concurrencyMax },
    );
  }

  /** Takes no more messages; those in hand go on and can be settled. */
  async pause(): Promise<void> {
    const flow = this.#flow;
    this.#flow = undefined;
    if (flow !== undefined) await closeWithin(closeLimitMs, () => flow.close());
  }

  /** Resolves when nothing is in hand, at the latest after `limitMs`. */
  async emptied(limitMs: number): Promise<void> {
    if (this.#inHand === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#emptied = resolve;
    await closeWithin(limitMs, () => promise);
  }

  async close(drainLimitMs: number): Promise<void> {
    await this.pause();
    await this.emptied(drainLimitMs);
    await closeWithin(closeLimitMs, () => this.#client.close());
  }

  /** After a reconnect the SDK grants its credit anew while old messages are in hand; the excess waits at the gate. */
  async #handle(message: ServiceBusReceivedMessage): Promise<void> {
    this.#inHand++;
    try {
      await this.#options.onMessage(message, this.#receiver);
    } finally {
      this.#inHand--;
      if (this.#inHand === 0) this.#emptied();
    }
  }
}
