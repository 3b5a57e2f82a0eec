import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import { closeClient, type NewClient } from './sdk.ts';

const stallMs = { first: 2000, max: 10_000 } as const;
const closeLimitMs = 1000;
/** What is on its way over a connection that was only slow may still arrive. */
const retireLimitMs = 10_000;

/**
 * The connection of one sender. A connection can be dead without knowing it, and what is on its way over it then blocks what
 * comes after: when nothing arrives for a while it is replaced. The patience grows, for a broker that is slow to connect to.
 */
export class SenderLink {
  readonly #entity: string;
  readonly #newClient: NewClient;
  readonly #renewed: () => void;
  #client: ServiceBusClient;
  #timer: NodeJS.Timeout | undefined;
  #patienceMs: number = stallMs.first;
  sender: ServiceBusSender;

  /** @param renewed is called when what was on its way must no longer be waited for. */
  constructor(entity: string, newClient: NewClient, renewed: () => void) {
    this.#entity = entity;
    this.#newClient = newClient;
    this.#renewed = renewed;
    this.#client = newClient();
    this.sender = this.#client.createSender(entity);
  }

  /** Something is on its way. */
  departed(): void {
    this.#timer ??= setTimeout(() => this.#renew(), this.#patienceMs);
  }

  /** Something has arrived; `more` is still on its way. */
  arrived(more: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#patienceMs = stallMs.first;
    if (more) this.departed();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await closeClient(closeLimitMs, this.#client);
  }

  #renew(): void {
    this.#timer = undefined;
    this.#patienceMs = Math.min(this.#patienceMs * 2, stallMs.max);
    const old = this.#client;
    this.#client = this.#newClient();
    this.sender = this.#client.createSender(this.#entity);
    void closeClient(retireLimitMs, old);
    this.#renewed();
  }
}
