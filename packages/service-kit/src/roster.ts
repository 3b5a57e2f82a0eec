interface Link<T> {
  readonly item: T;
  before: Link<T> | undefined;
  after: Link<T> | undefined;
  isPresent: boolean;
}

/**
 * Who is present, in the order of coming: a doubly linked list, for what comes and goes with every request. A `Set` would
 * serve as well, but whenever one is full V8 makes another table and lets the old one point to it. One such table that has
 * grown old keeps all later ones, and the requests in them, until the next major collection. Who leaves here points to nobody.
 */
export class Roster<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Who has been present for longest. */
  get first(): T | undefined {
    return this.#first?.item;
  }

  /** @returns what to call when the item leaves; again does nothing. */
  add(item: T): () => void {
    const link: Link<T> = { item, before: this.#last, after: undefined, isPresent: true };
    if (this.#last === undefined) this.#first = link;
    else this.#last.after = link;
    this.#last = link;
    this.#size++;
    return () => this.#remove(link);
  }

  removeFirst(): void {
    if (this.#first !== undefined) this.#remove(this.#first);
  }

  toArray(): T[] {
    const items: T[] = [];
    for (let link = this.#first; link !== undefined; link = link.after) items.push(link.item);
    return items;
  }

  #remove(link: Link<T>): void {
    if (!link.isPresent) return;
    link.isPresent = false;
    const { before, after } = link;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    link.before = undefined;
    link.after = undefined;
    this.#size--;
  }
}
