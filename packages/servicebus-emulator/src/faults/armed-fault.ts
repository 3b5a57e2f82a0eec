import type { FaultDefinition, FaultKind, FaultReport } from './fault.ts';

/** A fault that was set: decides when it strikes, and counts. */
export class ArmedFault {
  readonly definition: FaultDefinition;
  readonly #entity: string;
  readonly #endsAtMs: number;
  readonly #random: () => number;
  #strikes = 0;
  #held: (() => void)[] = [];

  constructor(definition: FaultDefinition, nowMs: number) {
    this.definition = definition;
    this.#entity = definition.entity.toLowerCase();
    this.#endsAtMs = nowMs + (definition.durationMs ?? Number.POSITIVE_INFINITY);
    this.#random = seededRandom(definition.seed ?? 1);
  }

  report(nowMs: number): FaultReport {
    return { ...this.definition, strikes: this.#strikes, isActive: this.#isActive(nowMs) };
  }

  strikes(kind: FaultKind, entity: string, nowMs: number): boolean {
    const { definition } = this;
    if (kind !== definition.kind || !this.#covers(entity) || !this.#isActive(nowMs)) return false;
    if (this.#random() >= (definition.probability ?? 1)) return false;
    this.#strikes++;
    return true;
  }

  /** Keeps an answer back until `release`. */
  hold(answer: () => void): void {
    this.#held.push(answer);
  }

  release(): void {
    for (const answer of this.#held.splice(0)) answer();
  }

  #covers(entity: string): boolean {
    return this.#entity === '*' || this.#entity === entity.toLowerCase();
  }

  #isActive(nowMs: number): boolean {
    return this.#strikes < (this.definition.count ?? Number.POSITIVE_INFINITY) && nowMs < this.#endsAtMs;
  }
}

/** Numbers from 0 to below 1, the same for the same seed: Steele and Vigna's SplitMix, with 32 bits of state. */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
