/** A binary heap: the least item by `order` comes out first. */
export class Heap<T> {
  #items: T[] = [];
  readonly #order: (item: T) => number;

  constructor(order: (item: T) => number) {
    this.#order = order;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    const weight = this.#order(item);
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = items[parentAt] as T;
      if (this.#order(parent) <= weight) break;
      items[at] = parent;
      at = parentAt;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (this.#items.length > 0 && last !== undefined) this.#sink(last);
    return first;
  }

  /** Drops what does not pass; linear. */
  retain(keep: (item: T) => boolean): void {
    const kept = this.#items.filter(keep);
    this.#items = [];
    for (const item of kept) this.push(item);
  }

  clear(): void {
    this.#items = [];
  }

  #sink(item: T): void {
    const items = this.#items;
    const weight = this.#order(item);
    let at = 0;
    for (let childAt = 1; childAt < items.length; childAt = 2 * at + 1) {
      const right = items[childAt + 1];
      if (right !== undefined && this.#order(right) < this.#order(items[childAt] as T)) childAt++;
      const child = items[childAt] as T;
      if (this.#order(child) >= weight) break;
      items[at] = child;
      at = childAt;
    }
    items[at] = item;
  }
}
