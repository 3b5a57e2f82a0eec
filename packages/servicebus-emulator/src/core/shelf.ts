import type { Content } from '../codec/content.ts';
import { Deadlines } from './deadlines.ts';
import type { Journal } from './journal.ts';
import { bytesOf, type Message } from './message.ts';

/** The messages that lie in a queue, in memory and in the journal alike; scheduled ones are elsewhere. */
export class Shelf {
  readonly #entityId: number;
  readonly #journal: Journal;
  readonly #messages = new Map<number, Message>();
  readonly #expiries = new Deadlines<Message>((message) => message.expiresAtMs);
  #deferredCount = 0;
  #bytes = 0;

  constructor(entityId: number, journal: Journal) {
    this.#entityId = entityId;
    this.#journal = journal;
  }

  get size(): number {
    return this.#messages.size;
  }

  get deferredCount(): number {
    return this.#deferredCount;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** When the next one expires; Infinity when none does. */
  get nextExpiryMs(): number {
    return this.#expiries.nextMs;
  }

  get(sequenceNumber: number): Message | undefined {
    return this.#messages.get(sequenceNumber);
  }

  clear(): void {
    for (const message of this.#messages.values()) message.removed = true;
    this.#messages.clear();
    this.#expiries.clear();
    this.#deferredCount = 0;
    this.#bytes = 0;
  }

  /** One that is in the journal already. */
  restore(message: Message): void {
    this.#messages.set(message.sequenceNumber, message);
    this.#expiries.add(message);
    this.#bytes += bytesOf(message);
    if (message.state === 'deferred') this.#deferredCount++;
  }

  add(message: Message): void {
    this.#journal.insert(this.#entityId, message);
    this.restore(message);
  }

  remove(message: Message): void {
    message.removed = true;
    this.#messages.delete(message.sequenceNumber);
    this.#bytes -= bytesOf(message);
    if (message.state === 'deferred') this.#deferredCount--;
    this.#journal.remove(this.#entityId, message.sequenceNumber);
  }

  defer(message: Message): void {
    if (message.state !== 'deferred') this.#deferredCount++;
    message.state = 'deferred';
    this.update(message);
  }

  /** Its delivery count has changed. */
  update(message: Message): void {
    this.#journal.update(this.#entityId, message);
  }

  rewrite(message: Message, content: Content): void {
    this.#bytes -= bytesOf(message);
    message.content = content;
    this.#bytes += bytesOf(message);
    this.#journal.rewrite(this.#entityId, message);
  }

  /** One whose time to live has ended; it still has to be removed. */
  takeExpired(nowMs: number): Message | undefined {
    return this.#expiries.take(nowMs);
  }
}
