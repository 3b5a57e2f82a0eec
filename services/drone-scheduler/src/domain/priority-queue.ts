/** Binary heap: the entry with the least key comes first. */
export class PriorityQueue<T> {
  readonly #keys: number[] = [];
  readonly #values: T[] = [];

  push(key: number, value: T): void {
    let at = this.#keys.length;
    this.#keys.push(key);
    this.#values.push(value);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#key(parent) <= key) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): { readonly key: number; readonly value: T } | undefined {
    const last = this.#keys.length - 1;
    if (last < 0) return undefined;
    this.#swap(0, last);
    const key = this.#keys.pop() as number;
    const value = this.#values.pop() as T;
    this.#sink();
    return { key, value };
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const least = this.#key(left + 1) < this.#key(left) ? left + 1 : left;
      if (this.#key(least) >= this.#key(at)) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #key(at: number): number {
    return this.#keys[at] ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const [key, value] = [this.#keys[a] as number, this.#values[a] as T];
    this.#keys[a] = this.#keys[b] as number;
    this.#values[a] = this.#values[b] as T;
    this.#keys[b] = key;
    this.#values[b] = value;
  }
}
