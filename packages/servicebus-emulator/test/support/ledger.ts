import assert from 'node:assert/strict';

/** Where a message can be: in its queue (ready, locked or scheduled), deferred there, in its dead-letter queue, nowhere. */
export type Whereabouts = 'queue' | 'deferred' | 'dead' | 'gone';

export interface Sighting {
  readonly id: string;
  readonly sequenceNumber: number;
  readonly at: Exclude<Whereabouts, 'gone'>;
}

const nowhere: ReadonlySet<Whereabouts> = new Set(['gone']);

/**
 * What clients of one queue or subscription were told, held against what the broker has after it came back. A request
 * without answer may have been done or not; what was answered has been done.
 */
export class Ledger {
  readonly #name: string;
  /** Of those that may be somewhere. */
  readonly #possible = new Map<string, ReadonlySet<Whereabouts>>();
  /** They were there and are gone for good: nothing can change for them, so nothing is held against them one by one. */
  readonly #finished = new Set<string>();
  readonly #idBySequenceNumber = new Map<number, string>();
  /** Since what is there was certain. */
  readonly #received = new Set<string>();
  #batches: (readonly string[])[] = [];
  answered = 0;

  readonly #isMortal: (id: string) => boolean;

  /** @param isMortal whether the message has a time to live, so that it may be among the dead at any time */
  constructor(name: string, isMortal: (id: string) => boolean = () => false) {
    this.#name = name;
    this.#isMortal = isMortal;
  }

  /** Something was asked for by which the message may have come to one of these places. */
  asked(id: string, ...places: readonly Whereabouts[]): void {
    this.#expect(id, ...(this.#possible.get(id) ?? nowhere), ...places);
  }

  /** One batch: its messages come together or not at all. */
  askedTogether(ids: readonly string[]): void {
    for (const id of ids) this.asked(id, 'queue');
    this.#batches.push(ids);
  }

  /** A send was answered. Who receives may have been faster, and then says where it is. */
  accepted(id: string): void {
    if (this.#received.has(id)) this.answered++;
    else this.told(id, 'queue');
  }

  /** The answer came: it is at one of these places now. */
  told(id: string, ...places: readonly Whereabouts[]): void {
    this.#dropBatch(id);
    this.#expect(id, ...places);
    this.answered++;
  }

  /** The number stands for this message and no other, for ever. */
  numbered(id: string, sequenceNumber: number): void {
    const known = this.#idBySequenceNumber.get(sequenceNumber) ?? id;
    assert.equal(known, id, `${this.#name}: sequence number ${sequenceNumber} was given twice`);
    this.#idBySequenceNumber.set(sequenceNumber, id);
  }

  /** A client gets a message: one that is gone must not come. */
  received(id: string): void {
    this.#received.add(id);
    this.#dropBatch(id);
    assert.notDeepEqual(this.#possible.get(id) ?? nowhere, nowhere, `${this.#name}: ${id} came back`);
  }

  /** @param found everything that the broker holds; from here on that is certain */
  verify(found: readonly Sighting[]): void {
    const places = new Map<string, Sighting>();
    for (const sighting of found) {
      const { id, sequenceNumber } = sighting;
      assert.ok(!places.has(id), `${this.#name}: ${id} is there twice`);
      assert.ok(!this.#finished.has(id), `${this.#name}: ${id} is back, which was gone`);
      assert.ok(this.#possible.has(id), `${this.#name}: nobody sent ${id}`);
      this.numbered(id, sequenceNumber);
      places.set(id, sighting);
    }
    for (const [id, possible] of this.#possible) {
      const at = places.get(id)?.at ?? 'gone';
      assert.ok(possible.has(at), `${this.#name}: ${id} is ${at}, but should be ${[...possible].join(' or ')}`);
      if (at === 'gone') this.#finish(id);
      else this.#expect(id, at);
    }
    this.#verifyBatches(places);
    this.#received.clear();
  }

  #expect(id: string, ...places: readonly Whereabouts[]): void {
    const possible = new Set(places);
    if (this.#isMortal(id) && (possible.has('queue') || possible.has('deferred'))) possible.add('dead');
    this.#possible.set(id, possible);
  }

  #finish(id: string): void {
    this.#possible.delete(id);
    this.#finished.add(id);
  }

  /** From here on its messages go their own ways. */
  #dropBatch(id: string): void {
    this.#batches = this.#batches.filter((batch) => !batch.includes(id));
  }

  #verifyBatches(places: ReadonlyMap<string, Sighting>): void {
    for (const batch of this.#batches.splice(0)) {
      const there = batch.filter((id) => places.has(id)).length;
      assert.ok(there === 0 || there === batch.length, `${this.#name}: ${there} of a batch of ${batch.length}`);
    }
  }
}
