import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import rhea, { type Connection, type Delivery, type EventContext, type Receiver } from 'rhea';
import { outcomes } from '../../src/amqp/rhea-internals.ts';
import type { Whereabouts } from './ledger.ts';
import type { Ledgers } from './mixed-config.ts';
import type { Random } from './random.ts';

const anySession = { 'com.microsoft:session-filter': null } as never;
const gatherMs = 20;
const messagesMax = 5;
const workersCount = 2;

interface Settlement {
  readonly places: readonly Whereabouts[];
  readonly outcome: () => { described(): unknown };
}

const complete: Settlement = { places: ['gone'], outcome: () => outcomes.accepted() };
const settlements: readonly Settlement[] = [
  complete,
  complete,
  { places: ['queue', 'dead'], outcome: () => outcomes.modified({ delivery_failed: true }) },
  { places: ['deferred'], outcome: () => outcomes.modified({ undeliverable_here: true }) },
  { places: ['dead'], outcome: () => outcomes.rejected({ error: { condition: 'com.microsoft:dead-letter' } }) },
];

/**
 * Clients that hold sessions of one broker, settle what is in them and write their states, until it is killed. They speak
 * bare AMQP: the SDK waits a minute for the link of a broker that is gone.
 */
export class SessionClients implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #random: Random;
  readonly #ledgers: Ledgers;
  readonly #prefix: string;
  readonly #onAnswer: () => void;
  readonly #gone: Promise<never>;
  readonly #workers: Promise<unknown>;
  #ids = 0;

  constructor(port: number, random: Random, ledgers: Ledgers, prefix: string, onAnswer: () => void) {
    this.#connection = rhea.create_container().connect({ host: '127.0.0.1', port, reconnect: false });
    this.#random = random;
    this.#ledgers = ledgers;
    this.#prefix = prefix;
    this.#onAnswer = onAnswer;
    this.#gone = new Promise((_, reject) => {
      const end = () => reject(new BrokerGone());
      for (const event of ['connection_close', 'disconnected']) this.#connection.on(event, end);
    });
    this.#gone.catch(() => undefined);
    this.#workers = Promise.all(Array.from({ length: workersCount }, (_, n) => this.#work(`${n}`)));
    // Whoever disposes hears of it.
    this.#workers.catch(() => undefined);
  }

  /** Rejects where the broker broke a promise. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    await this.#workers;
  }

  async #work(name: string): Promise<void> {
    try {
      for (let turn = 0; ; turn++) await this.#holdSession(`${name}-${turn}`);
    } catch (error) {
      if (!(error instanceof BrokerGone)) throw error;
    }
  }

  async #holdSession(name: string): Promise<void> {
    const source = { address: 'tasks', filter: anySession };
    const options = { name, source, credit_window: 0, autoaccept: false, autosettle: false };
    const receiver = this.#connection.open_receiver(options);
    const got: Promise<Held>[] = [];
    // What is thrown in a listener would end the connection, and be taken for the end of the broker.
    receiver.on('message', (context: EventContext) => got.push(Promise.resolve(context).then(this.#received)));
    await this.#unlessGone(once(receiver, 'receiver_open'));
    receiver.add_credit(1 + this.#random.below(messagesMax));
    await this.#unlessGone(delay(gatherMs));
    const settlement = this.#random.pick(settlements);
    for (const held of await Promise.all(got)) await this.#settle(receiver, held, settlement);
    const sessionId = (receiver.source.filter as unknown as Record<string, string>)['com.microsoft:session-filter'];
    if (this.#random.below(3) === 0) await this.#writeState(name, String(sessionId));
    receiver.close();
    await this.#unlessGone(once(receiver, 'receiver_close'));
  }

  readonly #received = ({ message, delivery }: EventContext): Held => {
    if (message === undefined || delivery === undefined) throw new Error('A message without its delivery.');
    const id = String(message.message_id);
    const ledger = this.#ledgers.messages.tasks;
    ledger.received(id);
    ledger.numbered(id, Number(message.message_annotations?.['x-opt-sequence-number']));
    return { id, delivery };
  };

  async #settle(receiver: Receiver, { id, delivery }: Held, { places, outcome }: Settlement): Promise<void> {
    const ledger = this.#ledgers.messages.tasks;
    ledger.asked(id, ...places);
    const settled = once(receiver, 'settled');
    delivery.update(false, outcome().described());
    await this.#unlessGone(settled);
    ledger.told(id, ...places);
    this.#onAnswer();
  }

  /** As the one who holds the session: its link is named in the request. */
  async #writeState(linkName: string, sessionId: string): Promise<void> {
    const state = this.#random.below(4) === 0 ? undefined : `state-${this.#prefix}-${this.#ids++}`;
    const { states } = this.#ledgers;
    states.asked(sessionId, state);
    const { message } = await this.#manage('com.microsoft:set-session-state', linkName, {
      'session-id': sessionId,
      'session-state': state === undefined ? null : Buffer.from(state),
    });
    assert.equal(message?.application_properties?.statusCode, 200);
    states.told(sessionId, state);
    this.#onAnswer();
  }

  async #manage(operation: string, linkName: string, body: object): Promise<EventContext> {
    const replies = this.#connection.open_receiver({ source: 'tasks/$management', target: linkName });
    const requests = this.#connection.open_sender('tasks/$management');
    const replied = once(replies, 'message');
    await this.#unlessGone(once(requests, 'sendable'));
    const application_properties = { operation, 'associated-link-name': linkName };
    requests.send({ message_id: operation, reply_to: linkName, application_properties, body });
    const [context] = await this.#unlessGone(replied);
    for (const link of [replies, requests]) link.close();
    return context;
  }

  #unlessGone<T>(answer: Promise<T>): Promise<T> {
    return Promise.race([answer, this.#gone]);
  }
}

interface Held {
  readonly id: string;
  readonly delivery: Delivery;
}

class BrokerGone extends Error {}
