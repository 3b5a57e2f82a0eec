import { Heap } from './heap.ts';

interface Deadline<T> {
  readonly dueMs: number;
  readonly item: T;
}

/** Entries that no longer hold may pile up behind one that does; beyond this share they are swept out. */
const staleShareMax = 4;
const sizeKept = 256;

/**
 * Messages, or what else can end, by the moment when something is due for them. Nothing is ever taken out of the middle: an entry holds only
 * while `dueOf` still names its moment.
 */
export class Deadlines<T extends { readonly removed: boolean }> {
  readonly #heap = new Heap<Deadline<T>>((deadline) => deadline.dueMs);
  readonly #dueOf: (item: T) => number | undefined;
  #sizeAfterSweep = 0;

  constructor(dueOf: (item: T) => number | undefined) {
    this.#dueOf = dueOf;
  }

  /** Entries kept, stale ones too. */
  get size(): number {
    return this.#heap.size;
  }

  add(item: T): void {
    const dueMs = this.#dueOf(item);
    if (dueMs === undefined || dueMs === Number.POSITIVE_INFINITY) return;
    if (this.#heap.size > Math.max(sizeKept, this.#sizeAfterSweep * staleShareMax)) this.#sweepStale();
    this.#heap.push({ dueMs, item });
  }

  /** When the next is due; Infinity when none is. */
  get nextMs(): number {
    return this.#head()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** Takes out one that is due. */
  take(nowMs: number): T | undefined {
    const head = this.#head();
    if (head === undefined || head.dueMs > nowMs) return undefined;
    return this.#heap.pop()?.item;
  }

  clear(): void {
    this.#heap.clear();
    this.#sizeAfterSweep = 0;
  }

  #head(): Deadline<T> | undefined {
    for (;;) {
      const head = this.#heap.peek();
      if (head === undefined || this.#holds(head)) return head;
      this.#heap.pop();
    }
  }

  #holds({ dueMs, item }: Deadline<T>): boolean {
    return !item.removed && this.#dueOf(item) === dueMs;
  }

  #sweepStale(): void {
    this.#heap.retain((deadline) => this.#holds(deadline));
    this.#sizeAfterSweep = this.#heap.size;
  }
}
