const compactAt = 1024;

/** A first-in-first-out list whose `shift` stays cheap however long it is. */
export class Fifo<T> {
  /** Those that were taken are gone from their places: it may be long before the list is cut. */
  #items: (T | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  last(): T | undefined {
    return this.size === 0 ? undefined : this.#items.at(-1);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (this.size > 0) {
      this.#items[this.#head] = undefined;
      this.#advance();
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }

  #advance(): void {
    this.#head++;
    if (this.#head === this.#items.length) this.clear();
    else if (this.#head >= compactAt && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }
}
