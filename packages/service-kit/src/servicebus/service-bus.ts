import { type Browser, EntityBrowser } from './browser.ts';
import type { EntityAddress } from './entity.ts';
import { type Receiver, type ReceiverOptions, WatchedReceiver } from './receiver.ts';
import { type ClientAccess, loadClientFactory, type NewClient } from './sdk.ts';
import { BatchingSender, type Sender, type SenderOptions } from './sender.ts';

export interface ServiceBusOptions {
  /** Either this, with the emulator or with a key … */
  readonly connectionString?: string | undefined;
  /** … or a namespace such as `fabrikam.servicebus.windows.net`, with the process's own identity. */
  readonly fullyQualifiedNamespace?: string | undefined;
}

/** Queues and topics of one namespace. Closing it closes what it has opened: receivers first, then senders. */
export interface ServiceBus extends AsyncDisposable {
  /** The one sender of a queue or topic, made at the first call. */
  sender(entity: string, options?: SenderOptions): Sender;
  /** Begins to receive; connects, and connects again, in the background. */
  receive(options: ReceiverOptions): Receiver;
  /** The caller closes it. */
  browse(from: EntityAddress): Browser;
  close(): Promise<void>;
}

/** Loads the SDK, without waiting for the broker: a service starts although it is not there yet. */
export async function connectServiceBus(options: ServiceBusOptions): Promise<ServiceBus> {
  return new Namespace(await loadClientFactory(accessOf(options)));
}

function accessOf({ connectionString, fullyQualifiedNamespace }: ServiceBusOptions): ClientAccess {
  if (connectionString !== undefined) return { connectionString };
  if (fullyQualifiedNamespace !== undefined) return { fullyQualifiedNamespace };
  throw new TypeError('connectServiceBus needs connectionString or fullyQualifiedNamespace');
}

class Namespace implements ServiceBus {
  readonly #newClient: NewClient;
  readonly #senders = new Map<string, BatchingSender>();
  readonly #receivers = new Set<WatchedReceiver>();
  #closed: Promise<void> | undefined;

  constructor(newClient: NewClient) {
    this.#newClient = newClient;
  }

  sender(entity: string, options: SenderOptions = {}): Sender {
    const sender = this.#senders.get(entity) ?? new BatchingSender(entity, this.#newClient, options);
    this.#senders.set(entity, sender);
    return sender;
  }

  receive(options: ReceiverOptions): Receiver {
    const receiver = new WatchedReceiver(options, this.#newClient);
    this.#receivers.add(receiver);
    return receiver;
  }

  browse(from: EntityAddress): Browser {
    return new EntityBrowser(this.#newClient(), from);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Handlers in hand may still send, so senders close last. */
  async #close(): Promise<void> {
    await Promise.all([...this.#receivers].map((receiver) => receiver.close()));
    await Promise.all([...this.#senders.values()].map((sender) => sender[Symbol.asyncDispose]()));
  }
}
