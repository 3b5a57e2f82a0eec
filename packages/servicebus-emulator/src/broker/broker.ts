import type { Arrival } from '../codec/content.ts';
import type { NamespaceDefinition } from '../config/definition.ts';
import { BrokerError } from '../core/broker-error.ts';
import type { Clock } from '../core/clock.ts';
import { allowsReceive, allowsSend } from '../core/entity-options.ts';
import type { MessageCopy } from '../core/message.ts';
import { Namespace } from '../core/namespace.ts';
import { Queue } from '../core/queue.ts';
import { bytesOfArrivals, type Topic } from '../core/topic.ts';
import type { SqliteStore } from '../storage/sqlite-store.ts';
import { Alarm } from './alarm.ts';
import { type Consumer, Dispatcher } from './dispatcher.ts';
import { type TurnEnd, Turns } from './turns.ts';

const sweepStepsMax = 2_000;

/** Drives the entities: every change goes through it, and answers leave only when the change is durable. */
export class Broker {
  readonly namespace: Namespace;
  readonly #clock: Clock;
  readonly #store: SqliteStore;
  readonly #dispatcher = new Dispatcher();
  readonly #alarm: Alarm;
  readonly #turns: Turns;

  constructor(definition: NamespaceDefinition, store: SqliteStore, clock: Clock, newLockToken: () => Buffer) {
    this.#clock = clock;
    this.#store = store;
    this.#turns = new Turns({
      commit: () => store.commit(),
      recover: () => this.namespace.reload(),
      advance: () => this.#advance(),
    });
    this.#alarm = new Alarm(clock, () => this.#sweep());
    const onReady = (queue: Queue) => this.#dispatcher.touch(queue);
    const readRecord = (path: string) => store.readRecord(path);
    this.namespace = new Namespace(definition, readRecord, { journal: store, newLockToken, onReady });
    this.#sweep();
  }

  get nowMs(): number {
    return this.#clock.nowMs();
  }

  /** @throws BrokerError `entity-not-found` */
  assertExists(address: string): void {
    this.#find(address);
  }

  /** @throws BrokerError `entity-not-found`, `not-allowed`, `entity-disabled` */
  findTarget(address: string): Queue | Topic {
    const entity = this.#find(address);
    if (entity instanceof Queue && (entity.deadLetters === undefined || isSubscription(entity)))
      throw new BrokerError('not-allowed', `Nothing can be sent to '${entity.path}'.`);
    if (!allowsSend(entity.options.status)) throw disabled(entity);
    return entity;
  }

  /** @throws BrokerError `entity-not-found`, `not-allowed`, `entity-disabled` */
  findSource(address: string): Queue {
    const entity = this.#find(address);
    if (!(entity instanceof Queue))
      throw new BrokerError('not-allowed', `'${entity.path}' is a topic: receive from one of its subscriptions.`);
    if (!allowsReceive(entity.options.status)) throw disabled(entity);
    return entity;
  }

  /**
   * All messages or none.
   * @returns their sequence numbers
   * @throws BrokerError `quota-exceeded`
   */
  send(target: Queue | Topic, arrivals: readonly Arrival[]): number[] {
    target.assertRoom(arrivals.length, bytesOfArrivals(arrivals));
    const { nowMs } = this;
    return arrivals.map((arrival) => target.accept(arrival, nowMs));
  }

  /** Up to `countMax` messages from a sequence number on, whatever their state. */
  peek(queue: Queue, first: number, countMax: number): Iterable<MessageCopy> {
    return this.#store.readFrom(queue.id, first, countMax);
  }

  whenDurable(end: TurnEnd): void {
    this.#turns.whenDurable(end);
  }

  subscribe(consumer: Consumer): void {
    this.#dispatcher.add(consumer);
    this.#turns.request();
  }

  unsubscribe(consumer: Consumer): void {
    this.#dispatcher.remove(consumer);
  }

  /** A consumer has room again, or wants to hear that nothing is left. */
  touch(queue: Queue): void {
    this.#dispatcher.touch(queue);
    this.#turns.request();
  }

  /** Ends with what is in hand made durable. */
  stop(): void {
    this.#alarm.stop();
    this.#turns.close();
  }

  #find(address: string): Queue | Topic {
    const entity = this.namespace.find(address);
    if (entity !== undefined) return entity;
    // Clients recognise this very sentence, not only the condition.
    throw new BrokerError('entity-not-found', `The messaging entity '${address}' could not be found.`);
  }

  #advance(): void {
    this.#dispatcher.pump(this.nowMs, (consumer, message) => {
      this.#turns.whenDurable((failure) => {
        if (failure === undefined) consumer.deliver(message);
      });
    });
    this.#setAlarm();
  }

  #sweep(): void {
    const { nowMs } = this;
    for (const entity of this.namespace.entities) {
      if (entity.nextDueMs <= nowMs) entity.sweep(nowMs, sweepStepsMax);
    }
    this.#turns.request();
  }

  #setAlarm(): void {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const entity of this.namespace.entities) nextMs = Math.min(nextMs, entity.nextDueMs);
    this.#alarm.set(nextMs);
  }
}

function isSubscription(queue: Queue): boolean {
  return queue.path.includes('/Subscriptions/');
}

function disabled(entity: Queue | Topic): BrokerError {
  return new BrokerError('entity-disabled', `The messaging entity '${entity.path}' is ${entity.options.status}.`);
}
