import { type Journal, stateOverheadBytes } from './journal.ts';

/** What the receivers of a queue's sessions have left for those who come after them; only its size is in memory. */
export class SessionStates {
  readonly #entityId: number;
  readonly #journal: Journal;
  #bytes = 0;

  constructor(entityId: number, journal: Journal) {
    this.#entityId = entityId;
    this.#journal = journal;
  }

  get bytes(): number {
    return this.#bytes;
  }

  load(bytes: number): void {
    this.#bytes = bytes;
  }

  /** How many bytes more there would be; 0 when they would become fewer. */
  growth(state: Buffer | undefined, replaced: Buffer | undefined): number {
    return Math.max(0, costOf(state) - costOf(replaced));
  }

  write(id: string, state: Buffer | undefined, replaced: Buffer | undefined, nowMs: number): void {
    this.#bytes += costOf(state) - costOf(replaced);
    this.#journal.writeSessionState(this.#entityId, id, state, nowMs);
  }
}

function costOf(state: Buffer | undefined): number {
  return state === undefined ? 0 : state.length + stateOverheadBytes;
}
