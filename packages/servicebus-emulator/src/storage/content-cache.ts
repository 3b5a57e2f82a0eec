import type { Content } from '../codec/content.ts';
import { bytesOf } from '../core/message.ts';

/** What an entry costs besides its bytes. */
const entryOverheadBytes = 300;

/**
 * Contents by key, bounded: what was sent or read ahead last. Two generations instead of a list in order of use: when
 * the young one is full it becomes the old one, and the old one is forgotten as a whole.
 */
export class ContentCache {
  readonly #generationBytesMax: number;
  #young = new Map<number, Content>();
  #old = new Map<number, Content>();
  #youngBytes = 0;

  constructor(bytesMax: number) {
    this.#generationBytesMax = bytesMax / 2;
  }

  get(key: number): Content | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: number, content: Content): void {
    this.delete(key);
    if (this.#youngBytes >= this.#generationBytesMax) this.#age();
    this.#young.set(key, content);
    this.#youngBytes += costOf(content);
  }

  delete(key: number): void {
    this.#old.delete(key);
    const young = this.#young.get(key);
    if (young === undefined) return;
    this.#young.delete(key);
    this.#youngBytes -= costOf(young);
  }

  clear(): void {
    this.#age();
    this.#age();
  }

  #age(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }
}

function costOf(content: Content): number {
  return bytesOf(content) + entryOverheadBytes;
}
