import type { Arrival, Content } from '../codec/content.ts';
import { BrokerError } from './broker-error.ts';
import { DuplicateHistory } from './duplicate-history.ts';
import type { TopicOptions } from './entity-options.ts';
import { filterable } from './filter.ts';
import type { EntityRecord, Journal } from './journal.ts';
import { bytesOf, createMessage } from './message.ts';
import { Schedule } from './schedule.ts';
import { Sequence } from './sequence.ts';
import type { Subscription } from './subscription.ts';

/** Copies what is sent to it into its subscriptions; keeps only what is scheduled. */
export class Topic {
  readonly path: string;
  readonly options: TopicOptions;
  readonly subscriptions: readonly Subscription[];
  readonly #sequence: Sequence;
  readonly #schedule: Schedule;
  readonly #history: DuplicateHistory | undefined;

  constructor(
    path: string,
    id: number,
    options: TopicOptions,
    subscriptions: readonly Subscription[],
    journal: Journal,
  ) {
    this.path = path;
    this.options = options;
    this.subscriptions = subscriptions;
    this.#sequence = new Sequence(id, journal);
    this.#schedule = new Schedule(id, journal);
    const { duplicateWindowMs } = options;
    if (duplicateWindowMs !== undefined) this.#history = new DuplicateHistory(id, duplicateWindowMs, journal);
  }

  get scheduled(): number {
    return this.#schedule.size;
  }

  get nextDueMs(): number {
    return this.#schedule.nextMs;
  }

  load(record: EntityRecord): void {
    this.#schedule.clear();
    this.#sequence.load(record.lastSequenceNumber);
    this.#history?.load(record.remembered);
    for (const message of record.messages) this.#schedule.restore(message);
  }

  /** @throws BrokerError `quota-exceeded` when one of its subscriptions is full, or too much is scheduled */
  assertRoom(messages: number, bytes: number): void {
    if (this.#schedule.size + messages > this.options.messagesMax)
      throw new BrokerError('quota-exceeded', `The topic '${this.path}' holds ${this.#schedule.size} messages.`);
    for (const subscription of this.subscriptions) subscription.assertRoom(messages, bytes);
  }

  /** @returns the sequence number within the topic */
  accept({ content, messageId, scheduledAtMs }: Arrival, nowMs: number): number {
    const sequenceNumber = this.#sequence.next();
    if (messageId !== undefined && this.#history?.admit(messageId, nowMs) === false) return sequenceNumber;
    if (scheduledAtMs === undefined || scheduledAtMs <= nowMs) this.#publish(content, nowMs, sequenceNumber);
    else this.#keep(content, nowMs, scheduledAtMs, sequenceNumber);
    return sequenceNumber;
  }

  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.#schedule.cancel(sequenceNumbers);
  }

  sweep(nowMs: number, stepsMax: number): void {
    this.#history?.forgetOld(nowMs);
    for (let steps = 0; steps < stepsMax; steps++) {
      const message = this.#schedule.take(nowMs);
      if (message === undefined) return;
      this.#publish(message.content, nowMs, this.#sequence.next());
    }
  }

  #publish(content: Content, nowMs: number, sequenceNumber: number): void {
    const seen = filterable(content.bare);
    const lifetimeMs = Math.min(content.timeToLiveMs ?? Number.POSITIVE_INFINITY, this.options.timeToLiveMs);
    const bounded = Number.isFinite(lifetimeMs) ? { ...content, timeToLiveMs: lifetimeMs } : content;
    for (const subscription of this.subscriptions) subscription.publish(bounded, seen, nowMs, sequenceNumber);
  }

  #keep(content: Content, nowMs: number, scheduledAtMs: number, sequenceNumber: number): void {
    const known = { sequenceNumber, enqueuedAtMs: nowMs, state: 'scheduled', scheduledAtMs } as const;
    this.#schedule.add(createMessage(content, known), content);
  }
}

/** Bytes that a send adds, for the quota. */
export function bytesOfArrivals(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((sum, arrival) => sum + bytesOf(arrival.content), 0);
}
