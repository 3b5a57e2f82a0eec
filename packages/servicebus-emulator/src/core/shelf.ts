import type { Content } from '../codec/content.ts';
import { BrokerError } from './broker-error.ts';
import { Deadlines } from './deadlines.ts';
import type { Journal } from './journal.ts';
import { bytesOf, type Message, type MessageCopy } from './message.ts';
import { assertPropertiesFit } from './property-limits.ts';

/** The messages that lie in a queue, and their contents in the journal; scheduled ones are elsewhere. */
export class Shelf {
  readonly #entityId: number;
  readonly #journal: Journal;
  readonly #deferred = new Map<number, Message>();
  readonly #expiries = new Deadlines<Message>((message) => message.expiresAtMs);
  #size = 0;
  #bytes = 0;

  constructor(entityId: number, journal: Journal) {
    this.#entityId = entityId;
    this.#journal = journal;
  }

  get size(): number {
    return this.#size;
  }

  get deferredCount(): number {
    return this.#deferred.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** When the next one expires; Infinity when none does. */
  get nextExpiryMs(): number {
    return this.#expiries.nextMs;
  }

  /**
   * All of them, or none when one is not there, locked, expired or of another session.
   * @throws BrokerError `message-not-found`
   */
  findDeferred(sequenceNumbers: readonly number[], nowMs: number, sessionId: string | undefined): Message[] {
    // They are about to be locked for someone who will not hear of it if the turn is lost.
    this.#journal.touch(this.#entityId);
    return [...new Set(sequenceNumbers)].map((sequenceNumber) => {
      const message = this.#deferred.get(sequenceNumber);
      const free = message?.lock === undefined && message?.sessionId === sessionId;
      if (message !== undefined && free && message.expiresAtMs > nowMs) return message;
      const text = `No deferred message has the sequence number ${sequenceNumber}, or it is locked.`;
      throw new BrokerError('message-not-found', text);
    });
  }

  clear(): void {
    this.#deferred.clear();
    this.#expiries.clear();
    this.#size = 0;
    this.#bytes = 0;
  }

  /** One that is in the journal already. */
  restore(message: Message): void {
    this.#expiries.add(message);
    this.#size++;
    this.#bytes += message.bytes;
    if (message.state === 'deferred') this.#deferred.set(message.sequenceNumber, message);
  }

  add(message: Message, content: Content): void {
    this.#journal.insert(this.#entityId, message, content);
    this.restore(message);
  }

  read({ sequenceNumber }: Message): Content {
    return this.#journal.read(this.#entityId, sequenceNumber);
  }

  /** Reads before it removes: afterwards there is nothing to be read. */
  take(message: Message): MessageCopy {
    const content = this.read(message);
    this.remove(message);
    return { ...message, content };
  }

  remove(message: Message): void {
    message.removed = true;
    this.#deferred.delete(message.sequenceNumber);
    this.#size--;
    this.#bytes -= message.bytes;
    this.#journal.remove(this.#entityId, message.sequenceNumber);
  }

  defer(message: Message): void {
    message.state = 'deferred';
    this.#deferred.set(message.sequenceNumber, message);
    this.update(message);
  }

  /** Its delivery count has changed. */
  update(message: Message): void {
    this.#journal.update(this.#entityId, message);
  }

  /** @throws BrokerError `argument-invalid` when its properties have become too many */
  rewrite(message: Message, content: Content): void {
    assertPropertiesFit(content);
    this.#bytes += bytesOf(content) - message.bytes;
    message.bytes = bytesOf(content);
    this.#journal.rewrite(this.#entityId, message.sequenceNumber, content);
  }

  /** One whose time to live has ended; it still has to be removed. */
  takeExpired(nowMs: number): Message | undefined {
    return this.#expiries.take(nowMs);
  }
}
