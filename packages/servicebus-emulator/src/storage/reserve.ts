import { closeSync, constants, ftruncateSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Room that is held back on the disk. */
export interface Reserve {
  /** How much is held now. */
  readonly bytes: number;
  /** What the disk has left beside it, as far as the system knows: quotas may allow less. */
  readonly roomBytes: number;
  /** @throws what the system says when there is not that much room; then it holds what it did before */
  hold(bytes: number): void;
  release(): void;
}

const zeros = Buffer.alloc(1024 * 1024);

/** Held back by a file. It is written out: one with holes would hold nothing. */
export class ReserveFile implements Reserve {
  readonly #file: string;
  #bytes = 0;

  /** @param dataFile whose reserve it is */
  constructor(dataFile: string) {
    this.#file = `${dataFile}-reserve`;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get roomBytes(): number {
    const { bavail, bsize } = statfsSync(path.dirname(path.resolve(this.#file)));
    return bavail * bsize;
  }

  hold(bytes: number): void {
    const descriptor = openSync(this.#file, constants.O_RDWR | constants.O_CREAT);
    try {
      fill(descriptor, this.#bytes, bytes);
      this.#bytes = bytes;
    } finally {
      ftruncateSync(descriptor, this.#bytes);
      closeSync(descriptor);
    }
  }

  /** Also what a killed process has left. */
  release(): void {
    this.#bytes = 0;
    rmSync(this.#file, { force: true });
  }
}

function fill(descriptor: number, from: number, to: number): void {
  for (let at = from; at < to; ) at += writeSync(descriptor, zeros, 0, Math.min(zeros.length, to - at), at);
}
