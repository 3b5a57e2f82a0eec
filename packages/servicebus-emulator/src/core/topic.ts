import type { Arrival, Content } from '../codec/content.ts';
import { BrokerError } from './broker-error.ts';
import type { TopicOptions } from './entity-options.ts';
import { filterable } from './filter.ts';
import { Intake, type IntakeOptions } from './intake.ts';
import type { EntityRecord, Journal } from './journal.ts';
import { bytesOfArrivals, type MessageNumbers, type Origin } from './message.ts';
import type { Subscription } from './subscription.ts';

/** Copies what is sent to it into its subscriptions; keeps only what is scheduled. */
export class Topic {
  readonly path: string;
  readonly id: number;
  #options: TopicOptions;
  #subscriptions: readonly Subscription[];
  readonly #intake: Intake;

  constructor(
    path: string,
    id: number,
    options: TopicOptions,
    subscriptions: readonly Subscription[],
    journal: Journal,
  ) {
    this.path = path;
    this.id = id;
    this.#options = options;
    this.#subscriptions = subscriptions;
    const enter: IntakeOptions['enter'] = (content, numbers, nowMs) => this.#publish(content, nowMs, numbers);
    const { duplicateWindowMs } = options;
    this.#intake = new Intake({ entityId: id, duplicateWindowMs, journal, withSessions: false, enter });
  }

  get options(): TopicOptions {
    return this.#options;
  }

  /** Applies to what arrives from now on. */
  redefine(options: TopicOptions): void {
    this.#options = options;
    this.#intake.resizeHistory(options.duplicateWindowMs);
  }

  get subscriptions(): readonly Subscription[] {
    return this.#subscriptions;
  }

  /** Letter case does not count. */
  findSubscription(name: string): Subscription | undefined {
    return this.#subscriptions.find((one) => one.name.toLowerCase() === name.toLowerCase());
  }

  addSubscription(subscription: Subscription): void {
    this.#subscriptions = [...this.#subscriptions, subscription];
  }

  removeSubscription(subscription: Subscription): void {
    this.#subscriptions = this.#subscriptions.filter((one) => one !== subscription);
  }

  get scheduled(): number {
    return this.#intake.scheduled;
  }

  get nextDueMs(): number {
    return this.#intake.nextDueMs;
  }

  load(record: EntityRecord): void {
    this.#intake.load(record);
    for (const message of record.messages) this.#intake.restore(message);
  }

  /** @throws BrokerError `quota-exceeded` when one of its subscriptions is full, or too much is scheduled */
  assertRoom(messages: number, bytes: number): void {
    if (this.#intake.scheduled + messages > this.options.messagesMax)
      throw new BrokerError('quota-exceeded', `The topic '${this.path}' holds ${this.#intake.scheduled} messages.`);
    for (const subscription of this.subscriptions) subscription.assertRoom(messages, bytes);
  }

  /** @throws BrokerError `quota-exceeded` */
  assertAccepts(arrivals: readonly Arrival[]): void {
    this.assertRoom(arrivals.length, bytesOfArrivals(arrivals));
  }

  /** @returns the sequence number within the topic */
  accept(arrival: Arrival, nowMs: number, origin?: Origin): number {
    return this.#intake.accept(arrival, nowMs, origin);
  }

  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.#intake.cancel(sequenceNumbers);
  }

  sweep(nowMs: number, stepsMax: number): void {
    this.#intake.forgetOld(nowMs);
    for (let steps = 0; steps < stepsMax; steps++) if (!this.#intake.activateDue(nowMs)) return;
  }

  #publish(content: Content, nowMs: number, numbers: MessageNumbers): void {
    const seen = filterable(content.bare);
    const lifetimeMs = Math.min(content.timeToLiveMs ?? Number.POSITIVE_INFINITY, this.options.timeToLiveMs);
    const bounded = Number.isFinite(lifetimeMs) ? { ...content, timeToLiveMs: lifetimeMs } : content;
    const { sequenceNumber: enqueuedSequenceNumber, hops = 0, deadLetterSource } = numbers;
    const origin = { enqueuedSequenceNumber, hops, deadLetterSource };
    for (const subscription of this.subscriptions) subscription.publish(bounded, seen, nowMs, origin);
  }
}
