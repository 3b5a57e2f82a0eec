import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import {
  parseServiceBusConnectionString,
  ServiceBusClient,
  type ServiceBusMessage,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from '@azure/service-bus';
import type { Whereabouts } from './ledger.ts';
import { isMortal, type Ledgers, type PlainPath, plainPaths, sessionIds, timeToLiveMs } from './mixed-config.ts';
import type { Random } from './random.ts';
import { SessionClients } from './session-clients.ts';

const sendersCount = 8;
const clientOptions = { retryOptions: { maxRetries: 0, timeoutInMs: 1_500 } };
const farFutureMs = 3_600_000;

/** Clients that use the SDK to ask one broker for everything at once, until it is killed. */
export class SdkLoad implements AsyncDisposable {
  readonly #client: ServiceBusClient;
  readonly #random: Random;
  readonly #ledgers: Ledgers;
  readonly #prefix: string;
  readonly #enough = Promise.withResolvers<void>();
  readonly #workers: Promise<void>[];
  readonly #sessionClients: SessionClients;
  #operationsLeft: number;
  #running = true;
  #closed: Promise<void> | undefined;
  #ids = 0;

  /** @param operations after which it has done enough */
  constructor(connectionString: string, random: Random, ledgers: Ledgers, prefix: string, operations: number) {
    this.#client = new ServiceBusClient(connectionString, clientOptions);
    this.#random = random;
    this.#ledgers = ledgers;
    this.#prefix = prefix;
    this.#operationsLeft = operations;
    const sender = this.#client.createSender('work');
    const events = this.#client.createSender('events');
    const tasks = [
      ...Array.from({ length: sendersCount }, () => () => this.#send(sender)),
      () => this.#publish(events),
      ...plainPaths.map((path) => this.#settling(path)),
    ];
    this.#workers = tasks.map((task) => this.#keep(task));
    const { port } = new URL(parseServiceBusConnectionString(connectionString).endpoint);
    this.#sessionClients = new SessionClients(Number(port), random, ledgers, prefix, () => this.#operationsLeft--);
  }

  get enough(): Promise<void> {
    return this.#enough.promise;
  }

  /** Asks for nothing more; its end is not waited for. */
  stop(): void {
    this.#running = false;
    this.#closed ??= this.#client.close().catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#sessionClients[Symbol.asyncDispose]();
    await this.#closed;
    await Promise.all(this.#workers);
  }

  async #keep(task: () => Promise<void>): Promise<void> {
    while (this.#running) {
      try {
        await task();
        if (this.#operationsLeft-- <= 0) this.#enough.resolve();
      } catch (error) {
        // What fails because the broker was killed tells nothing; a broken promise of the broker does.
        if (error instanceof assert.AssertionError) this.#enough.reject(error);
        // What fails at once must not keep everything else from running.
        await setImmediate();
      }
    }
  }

  async #send(sender: ReturnType<ServiceBusClient['createSender']>): Promise<void> {
    const ledger = this.#ledgers.messages.work;
    const kind = this.#random.pick(['plain', 'mortal', 'scheduled']);
    const ids = Array.from({ length: 1 + this.#random.below(3) }, () => this.#newId(kind));
    const messages = ids.map(
      (messageId): ServiceBusMessage => ({
        messageId,
        body: messageId,
        ...(isMortal(messageId) ? { timeToLive: timeToLiveMs } : {}),
      }),
    );
    ledger.askedTogether(ids);
    if (kind === 'scheduled') {
      const numbers = await sender.scheduleMessages(messages, new Date(Date.now() + farFutureMs));
      for (const [index, id] of ids.entries()) ledger.numbered(id, Number(numbers[index]));
      for (const id of ids) ledger.accepted(id);
      if (this.#random.below(2) === 0) await this.#cancel(sender, ids[0] as string, numbers[0]);
      return;
    }
    await sender.sendMessages(messages);
    for (const id of ids) ledger.accepted(id);
    // Nobody may see a difference: these ids are known.
    await sender.sendMessages(messages);
  }

  async #cancel(
    sender: ReturnType<ServiceBusClient['createSender']>,
    id: string,
    sequenceNumber: Parameters<typeof sender.cancelScheduledMessages>[0] | undefined,
  ): Promise<void> {
    if (sequenceNumber === undefined) return;
    this.#ledgers.messages.work.asked(id, 'gone');
    await sender.cancelScheduledMessages(sequenceNumber);
    this.#ledgers.messages.work.told(id, 'gone');
  }

  async #publish(sender: ReturnType<ServiceBusClient['createSender']>): Promise<void> {
    const messageId = this.#newId('event');
    const subject = this.#random.pick(['red', 'blue']);
    const places = subject === 'red' ? plainPaths.slice(1) : plainPaths.slice(1, 2);
    const ledgers = [...places, 'tasks' as const].map((path) => this.#ledgers.messages[path]);
    for (const ledger of ledgers) ledger.asked(messageId, 'queue');
    await sender.sendMessages({ messageId, body: messageId, subject, sessionId: this.#random.pick(sessionIds) });
    for (const ledger of ledgers) ledger.accepted(messageId);
  }

  #settling(path: PlainPath): () => Promise<void> {
    const [entity = '', , subscription] = path.split('/');
    const receiver =
      subscription === undefined
        ? this.#client.createReceiver(entity)
        : this.#client.createReceiver(entity, subscription);
    return async () => {
      const messages = await receiver.receiveMessages(5, { maxWaitTimeInMs: 200 });
      // One settlement for all: rhea 3 sends what is settled in one moment as a range, and compares only from the third on.
      const settlement = this.#random.pick(settlements);
      await Promise.all(messages.map((message) => this.#settle(path, receiver, message, settlement)));
    };
  }

  async #settle(
    path: PlainPath,
    receiver: ServiceBusReceiver,
    message: ServiceBusReceivedMessage,
    settlement: Settlement,
  ): Promise<void> {
    if (!this.#running) return;
    const ledger = this.#ledgers.messages[path];
    const id = String(message.messageId);
    ledger.received(id);
    ledger.numbered(id, Number(message.sequenceNumber));
    const { places, perform } = settlement;
    ledger.asked(id, ...places);
    await perform(receiver, message);
    ledger.told(id, ...places);
    this.#operationsLeft--;
  }

  #newId(kind: string): string {
    return `${kind}-${this.#prefix}-${this.#ids++}`;
  }
}

interface Settlement {
  readonly places: readonly Whereabouts[];
  readonly perform: (receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage) => Promise<void>;
}

const complete: Settlement = { places: ['gone'], perform: (receiver, message) => receiver.completeMessage(message) };
const settlements: readonly Settlement[] = [
  complete,
  complete,
  { places: ['queue', 'dead'], perform: (receiver, message) => receiver.abandonMessage(message, { changed: 1 }) },
  { places: ['deferred'], perform: (receiver, message) => receiver.deferMessage(message, { changed: 2 }) },
  {
    places: ['dead'],
    perform: (receiver, message) =>
      receiver.deadLetterMessage(message, { deadLetterReason: 'no', deadLetterErrorDescription: '' }),
  },
];
