import type { Journal } from './journal.ts';

/** The sequence numbers of one entity: each is given once, for ever. */
export class Sequence {
  readonly #entityId: number;
  readonly #journal: Journal;
  #last = 0;

  constructor(entityId: number, journal: Journal) {
    this.#entityId = entityId;
    this.#journal = journal;
  }

  load(last: number): void {
    this.#last = last;
  }

  next(): number {
    this.#last++;
    this.#journal.advance(this.#entityId, this.#last);
    return this.#last;
  }
}
