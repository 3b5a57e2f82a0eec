import { Heap } from './heap.ts';
import type { Message } from './message.ts';

interface Deadline {
  readonly dueMs: number;
  readonly message: Message;
}

/** Entries that no longer hold may pile up behind one that does; beyond this share they are swept out. */
const staleShareMax = 4;
const sizeKept = 256;

/**
 * Messages by the moment when something is due for them. Nothing is ever taken out of the middle: an entry holds only
 * while `dueOf` still names its moment.
 */
export class Deadlines {
  readonly #heap = new Heap<Deadline>((deadline) => deadline.dueMs);
  readonly #dueOf: (message: Message) => number | undefined;
  #sizeAfterSweep = 0;

  constructor(dueOf: (message: Message) => number | undefined) {
    this.#dueOf = dueOf;
  }

  /** Entries kept, stale ones too. */
  get size(): number {
    return this.#heap.size;
  }

  add(message: Message): void {
    const dueMs = this.#dueOf(message);
    if (dueMs === undefined || dueMs === Number.POSITIVE_INFINITY) return;
    if (this.#heap.size > Math.max(sizeKept, this.#sizeAfterSweep * staleShareMax)) this.#sweepStale();
    this.#heap.push({ dueMs, message });
  }

  /** When the next is due; Infinity when none is. */
  get nextMs(): number {
    return this.#head()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** Takes out one that is due. */
  take(nowMs: number): Message | undefined {
    const head = this.#head();
    if (head === undefined || head.dueMs > nowMs) return undefined;
    return this.#heap.pop()?.message;
  }

  clear(): void {
    this.#heap.clear();
    this.#sizeAfterSweep = 0;
  }

  #head(): Deadline | undefined {
    for (;;) {
      const head = this.#heap.peek();
      if (head === undefined || this.#holds(head)) return head;
      this.#heap.pop();
    }
  }

  #holds({ dueMs, message }: Deadline): boolean {
    return !message.removed && this.#dueOf(message) === dueMs;
  }

  #sweepStale(): void {
    this.#heap.retain((deadline) => this.#holds(deadline));
    this.#sizeAfterSweep = this.#heap.size;
  }
}
