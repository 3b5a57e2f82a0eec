import { Fifo } from './fifo.ts';
import { Heap } from './heap.ts';
import type { Message } from './message.ts';

export type IsDurable = (message: Message) => boolean;

/**
 * Messages that can be handed out as soon as they lie on the disk, lowest sequence number first. New ones arrive in
 * order and form a plain queue; only those that come back (abandoned, lock expired) need a heap.
 */
export class ReadyList {
  readonly #fresh = new Fifo<Message>();
  readonly #returned = new Heap<Message>((message) => message.sequenceNumber);
  readonly #isDurable: IsDurable;

  constructor(isDurable: IsDurable) {
    this.#isDurable = isDurable;
  }

  /** Whether the next one lies on the disk. */
  get hasReady(): boolean {
    const next = this.peek();
    return next !== undefined && this.#isDurable(next);
  }

  /** Whether the next one is on its way to the disk. */
  get isArriving(): boolean {
    const next = this.peek();
    return next !== undefined && !this.#isDurable(next);
  }

  append(message: Message): void {
    const last = this.#fresh.last();
    if (last !== undefined && last.sequenceNumber > message.sequenceNumber) this.#returned.push(message);
    else this.#fresh.push(message);
  }

  giveBack(message: Message): void {
    this.#returned.push(message);
  }

  peek(): Message | undefined {
    while (this.#fresh.peek()?.removed) this.#fresh.shift();
    while (this.#returned.peek()?.removed) this.#returned.pop();
    const fresh = this.#fresh.peek();
    const returned = this.#returned.peek();
    if (fresh === undefined || returned === undefined) return fresh ?? returned;
    return fresh.sequenceNumber < returned.sequenceNumber ? fresh : returned;
  }

  take(): Message | undefined {
    const message = this.peek();
    if (message === this.#fresh.peek()) return this.#fresh.shift();
    return this.#returned.pop();
  }

  clear(): void {
    this.#fresh.clear();
    this.#returned.clear();
  }
}
