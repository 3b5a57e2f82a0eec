import type { Arrival, Content } from '../codec/content.ts';
import { readSessionId } from '../codec/properties.ts';
import { DuplicateHistory } from './duplicate-history.ts';
import type { EntityRecord, Journal } from './journal.ts';
import { createMessage, type Message, type MessageNumbers, type Origin } from './message.ts';
import { Schedule } from './schedule.ts';
import { Sequence } from './sequence.ts';

export interface IntakeOptions {
  readonly entityId: number;
  /** Undefined: duplicates are not looked for. */
  readonly duplicateWindowMs: number | undefined;
  readonly journal: Journal;
  /** Takes a message whose moment has come. */
  readonly enter: (content: Content, numbers: MessageNumbers, nowMs: number) => void;
  /** Messages belong to sessions. */
  readonly withSessions: boolean;
}

/** Where messages come into a queue or a topic: each gets its number, duplicates are dropped, scheduled ones wait. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #sequence: Sequence;
  readonly #schedule: Schedule;
  readonly #history: DuplicateHistory | undefined;

  constructor(options: IntakeOptions) {
    const { entityId, duplicateWindowMs, journal } = options;
    this.#options = options;
    this.#sequence = new Sequence(entityId, journal);
    this.#schedule = new Schedule(entityId, journal);
    if (duplicateWindowMs !== undefined) this.#history = new DuplicateHistory(entityId, duplicateWindowMs, journal);
  }

  /** Messages that wait for their moment. */
  get scheduled(): number {
    return this.#schedule.size;
  }

  /** Of the messages that wait. */
  get bytes(): number {
    return this.#schedule.bytes;
  }

  get nextDueMs(): number {
    return this.#schedule.nextMs;
  }

  load(record: EntityRecord): void {
    this.#schedule.clear();
    this.#sequence.load(record.lastSequenceNumber);
    this.#history?.load(record.remembered);
  }

  /** A scheduled message that is in the journal already. */
  restore(message: Message): void {
    this.#schedule.restore(message);
  }

  nextSequenceNumber(): number {
    return this.#sequence.next();
  }

  /**
   * Takes a message in, now or for its moment; one that is a duplicate is dropped.
   * @returns its sequence number
   */
  accept({ content, messageId, scheduledAtMs }: Arrival, nowMs: number, origin?: Origin): number {
    const sequenceNumber = this.#sequence.next();
    if (messageId !== undefined && this.#history?.admit(messageId, nowMs) === false) return sequenceNumber;
    if (scheduledAtMs === undefined || scheduledAtMs <= nowMs)
      this.#options.enter(content, { sequenceNumber, ...origin }, nowMs);
    else {
      const sessionId = this.#options.withSessions ? readSessionId(content.bare) : undefined;
      const known = { sequenceNumber, enqueuedAtMs: nowMs, state: 'scheduled', scheduledAtMs, sessionId } as const;
      this.#schedule.add(createMessage(content, known), content);
    }
    return sequenceNumber;
  }

  /** @throws BrokerError `message-not-found`: then nothing is cancelled */
  cancel(sequenceNumbers: readonly number[]): void {
    this.#schedule.cancel(sequenceNumbers);
  }

  /** Another window for duplicates; whether they are looked for at all stays. */
  resizeHistory(windowMs: number | undefined): void {
    if (windowMs !== undefined) this.#history?.resize(windowMs);
  }

  forgetOld(nowMs: number): void {
    this.#history?.forgetOld(nowMs);
  }

  /** Lets one message enter whose moment has come; says whether there was one. */
  activateDue(nowMs: number): boolean {
    const message = this.#schedule.take(nowMs);
    if (message !== undefined) this.#options.enter(message.content, { sequenceNumber: this.#sequence.next() }, nowMs);
    return message !== undefined;
  }
}
