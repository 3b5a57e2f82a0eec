import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { EntityAddress } from './entity.ts';
import { closeClient, closeWithin, type NewClient, openReceiver } from './sdk.ts';
import { settleWith } from './settle.ts';
import type { Settlement } from './settlement.ts';
import { SettlementLane } from './settlement-lane.ts';

/** A message's tie to the connection over which it came. */
export interface Delivery {
  readonly message: ServiceBusReceivedMessage;
  /** Whether the connection is gone, so that the message can no longer be settled. */
  readonly isClosed: () => boolean;
  /** @throws the SDK's error when the message is no longer ours. */
  readonly settle: (settlement: Settlement) => Promise<void>;
}

export interface SubscriptionOptions {
  readonly from: EntityAddress;
  readonly newClient: NewClient;
  readonly concurrencyMax: number;
  readonly lockRenewalMsMax: number;
  readonly onMessage: (delivery: Delivery) => Promise<void>;
  readonly onError: (error: Error) => void;
}

const closeLimitMs = 1000;

/**
 * One connection with one receiving link. It is thrown away whole when it falls silent: a receiver that shares its
 * connection with the dead one would inherit the fault.
 */
export class Subscription {
  readonly #client: ServiceBusClient;
  readonly #receiver: ServiceBusReceiver;
  readonly #options: SubscriptionOptions;
  readonly #lane = new SettlementLane();
  #flow: { close(): Promise<void> } | undefined;
  #inHand = 0;
  readonly #waiters = new Set<() => void>();
  #isClosed = false;

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
    if (this.#inHand === 0 || this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.add(resolve);
    await closeWithin(limitMs, () => promise);
    this.#waiters.delete(resolve);
  }

  async close(drainLimitMs: number): Promise<void> {
    await this.pause();
    await this.emptied(drainLimitMs);
    this.#isClosed = true;
    this.#releaseWaiters();
    await closeClient(closeLimitMs, this.#client);
  }

  async #handle(message: ServiceBusReceivedMessage): Promise<void> {
    this.#inHand++;
    try {
      await this.#options.onMessage({
        message,
        isClosed: () => this.#isClosed,
        settle: (settlement) =>
          this.#lane.through(settlement.kind, () => settleWith(this.#receiver, message, settlement)),
      });
    } finally {
      this.#inHand--;
      if (this.#inHand === 0) this.#releaseWaiters();
    }
  }

  #releaseWaiters(): void {
    for (const release of this.#waiters) release();
  }
}
