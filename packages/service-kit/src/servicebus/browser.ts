import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { EntityAddress } from './entity.ts';
import { fromSdkMessage, type ReceivedMessage } from './message.ts';
import { closeClient, openReceiver, toLong } from './sdk.ts';
import { settleWith } from './settle.ts';
import type { Settlement } from './settlement.ts';

export interface PeekedMessage extends ReceivedMessage {
  readonly state: 'active' | 'deferred' | 'scheduled';
}

/** A deferred message that is locked for us. */
export interface HeldMessage extends ReceivedMessage {
  /** @throws the SDK's error when the lock was lost. */
  settle(settlement: Settlement): Promise<void>;
}

/** Looks into an entity without receiving. */
export interface Browser extends AsyncDisposable {
  /** Messages in the order of their sequence numbers, from `fromSequenceNumber` (decimal text) on; none is locked. */
  peek(options: { readonly fromSequenceNumber?: string; readonly max: number }): Promise<readonly PeekedMessage[]>;
  /** Locks deferred messages by their sequence numbers; those that are not there are left out. */
  receiveDeferred(sequenceNumbers: readonly string[]): Promise<readonly HeldMessage[]>;
}

const closeLimitMs = 2000;
const messageNotFound = 'MessageNotFound';

export class EntityBrowser implements Browser {
  readonly #client: ServiceBusClient;
  readonly #receiver: ServiceBusReceiver;

  constructor(client: ServiceBusClient, from: EntityAddress) {
    this.#client = client;
    this.#receiver = openReceiver(client, from, 0);
  }

  async peek({
    fromSequenceNumber = '0',
    max,
  }: {
    readonly fromSequenceNumber?: string;
    readonly max: number;
  }): Promise<readonly PeekedMessage[]> {
    const found = await this.#receiver.peekMessages(max, { fromSequenceNumber: toLong(fromSequenceNumber) });
    return found.map((message) => ({ ...fromSdkMessage(message), state: message.state }));
  }

  /** The broker answers a list with an unknown number in it by an error alone, so each is asked for by itself. */
  async receiveDeferred(sequenceNumbers: readonly string[]): Promise<readonly HeldMessage[]> {
    const found = await Promise.all(sequenceNumbers.map((one) => this.#receiveOne(one)));
    return found.flat().map((message) => ({
      ...fromSdkMessage(message),
      settle: (settlement) => settleWith(this.#receiver, message, settlement),
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeClient(closeLimitMs, this.#client);
  }

  async #receiveOne(sequenceNumber: string): Promise<ServiceBusReceivedMessage[]> {
    try {
      return await this.#receiver.receiveDeferredMessages(toLong(sequenceNumber));
    } catch (error) {
      if ((error as { readonly code?: string }).code === messageNotFound) return [];
      throw error;
    }
  }
}
