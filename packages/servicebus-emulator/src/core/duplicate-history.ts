import { Fifo } from './fifo.ts';
import type { EntityRecord, Journal } from './journal.ts';

/**
 * Beyond this the oldest ids are forgotten before their time: memory stays bounded (about 100 bytes an id), and a
 * duplicate within the last two million messages is still seen.
 */
const idsMax = 2_000_000;

type Remembered = EntityRecord['remembered'][number];

/** The message ids of the last `windowMs`. The window is constant, so they end in the order in which they came. */
export class DuplicateHistory {
  readonly #ids = new Set<string>();
  readonly #order = new Fifo<Remembered>();
  readonly #entityId: number;
  #windowMs: number;
  readonly #journal: Journal;

  constructor(entityId: number, windowMs: number, journal: Journal) {
    this.#entityId = entityId;
    this.#windowMs = windowMs;
    this.#journal = journal;
  }

  load(remembered: readonly Remembered[]): void {
    this.#ids.clear();
    this.#order.clear();
    for (const entry of remembered) this.#add(entry);
  }

  /** Whether the id is new; if so, it is remembered. */
  admit(messageId: string, nowMs: number): boolean {
    this.forgetOld(nowMs);
    if (this.#ids.has(messageId)) return false;
    const untilMs = nowMs + this.#windowMs;
    this.#add({ messageId, untilMs });
    this.#journal.remember(this.#entityId, messageId, untilMs);
    return true;
  }

  forgetOld(nowMs: number): void {
    for (let oldest = this.#order.peek(); oldest !== undefined; oldest = this.#order.peek()) {
      if (oldest.untilMs > nowMs && this.#ids.size <= idsMax) break;
      this.#order.shift();
      this.#ids.delete(oldest.messageId);
      this.#journal.forget(this.#entityId, oldest.messageId);
    }
  }

  /** Another window, also for the ids that are remembered: their order stays that of their ends. */
  resize(windowMs: number): void {
    const shiftMs = windowMs - this.#windowMs;
    this.#windowMs = windowMs;
    if (shiftMs === 0) return;
    for (let count = this.#order.size; count > 0; count--) {
      const { messageId, untilMs } = this.#order.shift() as Remembered;
      this.#order.push({ messageId, untilMs: untilMs + shiftMs });
      this.#journal.remember(this.#entityId, messageId, untilMs + shiftMs);
    }
  }

  #add(entry: Remembered): void {
    this.#ids.add(entry.messageId);
    this.#order.push(entry);
  }
}
