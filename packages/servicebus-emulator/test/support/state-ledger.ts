import assert from 'node:assert/strict';

type State = string | undefined;

/** What clients were told of the states of sessions, held against those that are there after the broker came back. */
export class StateLedger {
  readonly #possible = new Map<string, ReadonlySet<State>>();
  answered = 0;

  /** Undefined clears it. */
  asked(id: string, state: State): void {
    this.#possible.set(id, new Set([...(this.#possible.get(id) ?? [undefined]), state]));
  }

  told(id: string, state: State): void {
    this.#possible.set(id, new Set([state]));
    this.answered++;
  }

  /** From here on what is found is certain. */
  verify(read: (id: string) => State): void {
    for (const [id, possible] of this.#possible) {
      const found = read(id);
      assert.ok(possible.has(found), `the state of ${id} is ${found}, but should be ${[...possible].join(' or ')}`);
      this.#possible.set(id, new Set([found]));
    }
  }
}
