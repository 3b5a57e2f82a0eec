import type { Content } from '../codec/content.ts';
import { BrokerError } from './broker-error.ts';
import { Deadlines } from './deadlines.ts';
import type { Journal } from './journal.ts';
import type { Message, MessageCopy } from './message.ts';

/** Messages that wait for their moment, of a queue or of a topic. */
export class Schedule {
  readonly #messages = new Map<number, Message>();
  readonly #due = new Deadlines<Message>((message) => message.scheduledAtMs);
  readonly #entityId: number;
  readonly #journal: Journal;
  #bytes = 0;

  constructor(entityId: number, journal: Journal) {
    this.#entityId = entityId;
    this.#journal = journal;
  }

  get size(): number {
    return this.#messages.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get nextMs(): number {
    return this.#due.nextMs;
  }

  /** One that is in the journal already. */
  restore(message: Message): void {
    this.#messages.set(message.sequenceNumber, message);
    this.#due.add(message);
    this.#bytes += message.bytes;
  }

  add(message: Message, content: Content): void {
    this.#journal.insert(this.#entityId, message, content);
    this.restore(message);
  }

  /**
   * All of them or none.
   * @throws BrokerError `message-not-found`
   */
  cancel(sequenceNumbers: readonly number[]): void {
    const messages = [...new Set(sequenceNumbers)].map((sequenceNumber) => {
      const message = this.#messages.get(sequenceNumber);
      if (message !== undefined) return message;
      throw new BrokerError('message-not-found', `No scheduled message has the sequence number ${sequenceNumber}.`);
    });
    for (const message of messages) this.#remove(message);
  }

  /** Takes out one whose moment has come. */
  take(nowMs: number): MessageCopy | undefined {
    const message = this.#due.take(nowMs);
    if (message === undefined) return undefined;
    const content = this.#journal.read(this.#entityId, message.sequenceNumber);
    this.#remove(message);
    return { ...message, content };
  }

  clear(): void {
    this.#messages.clear();
    this.#due.clear();
    this.#bytes = 0;
  }

  #remove(message: Message): void {
    message.removed = true;
    this.#bytes -= message.bytes;
    this.#messages.delete(message.sequenceNumber);
    this.#journal.remove(this.#entityId, message.sequenceNumber);
  }
}
