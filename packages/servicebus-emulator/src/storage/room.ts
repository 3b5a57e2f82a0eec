import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { BrokerError } from '../core/broker-error.ts';

/** Kept free for settlements, which have to be stored too before they make room. */
const reserveBytes = 4 * 1024 * 1024;
const reserveShare = 0.1;
/** Not at the first message that fits: that would be told again and again. */
const againBelowShare = 0.9;
const probeIntervalMs = 1_000;

/** Told when sends begin to be refused for lack of room, with the reason, and when there is room again. */
export type OnRoom = (reason: string | undefined) => void;

interface Surroundings {
  /** Undefined: the store lives in memory. */
  readonly file: string | undefined;
  /** Infinity: as large as the disk lets it. */
  readonly bytesMax: number;
  readonly usedBytes: () => number;
  readonly nowMs: () => number;
  readonly onRoom: OnRoom;
}

/**
 * Decides whether there is room for more messages. Below the bound, and on the disk, some is held back: where sends have
 * filled everything, settlements still go through. On the disk that is a file which gives way when the disk is full;
 * that it can be written again shows that there is room again.
 */
export class Room {
  readonly #surroundings: Surroundings;
  readonly #sendBytesMax: number;
  #usedBytes = 0;
  #diskFull = false;
  #probeAtMs = 0;
  #told = false;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    const { bytesMax } = surroundings;
    this.#sendBytesMax = bytesMax - Math.min(reserveBytes, bytesMax * reserveShare);
    this.measure();
    this.#holdReserve();
  }

  /** Sends are being refused. */
  get isFull(): boolean {
    return this.#told;
  }

  /** @throws BrokerError `storage-failed`, which clients take as a reason to try again later */
  assertFor(bytes: number): void {
    if (this.#diskFull) this.#probe();
    if (!this.#diskFull && this.#usedBytes + bytes <= this.#sendBytesMax) {
      this.#usedBytes += bytes;
      return;
    }
    const reason = this.#diskFull ? 'the disk is full' : `it may not grow beyond ${this.#surroundings.bytesMax} bytes`;
    this.#tell(reason);
    throw new BrokerError('storage-failed', `There is no room for more messages: ${reason}.`);
  }

  /** A turn has been stored: what it took is known now. */
  measure(): void {
    if (this.#surroundings.bytesMax !== Number.POSITIVE_INFINITY) this.#usedBytes = this.#surroundings.usedBytes();
    if (this.#told && !this.#diskFull && this.#usedBytes <= this.#sendBytesMax * againBelowShare) this.#tell(undefined);
  }

  /** A turn could not be stored for lack of room on the disk. */
  onDiskFull(): void {
    const { file, nowMs } = this.#surroundings;
    if (file === undefined) return;
    this.#diskFull = true;
    this.#probeAtMs = nowMs() + probeIntervalMs;
    rmSync(reserveOf(file), { force: true });
    this.#tell('the disk is full');
  }

  close(): void {
    const { file } = this.#surroundings;
    if (file !== undefined) rmSync(reserveOf(file), { force: true });
  }

  #probe(): void {
    const nowMs = this.#surroundings.nowMs();
    if (nowMs < this.#probeAtMs) return;
    this.#probeAtMs = nowMs + probeIntervalMs;
    this.#holdReserve();
    if (!this.#diskFull) this.measure();
  }

  #holdReserve(): void {
    const { file } = this.#surroundings;
    if (file === undefined) return;
    try {
      writeZeros(reserveOf(file));
      this.#diskFull = false;
    } catch {
      this.onDiskFull();
    }
  }

  #tell(reason: string | undefined): void {
    if (this.#told === (reason !== undefined)) return;
    this.#told = reason !== undefined;
    this.#surroundings.onRoom(reason);
  }
}

function reserveOf(file: string): string {
  return `${file}-reserve`;
}

/** Written out: a file with holes would hold nothing back. */
function writeZeros(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    const zeros = Buffer.alloc(1024 * 1024);
    for (let written = 0; written < reserveBytes; ) written += writeSync(descriptor, zeros);
  } finally {
    closeSync(descriptor);
  }
}
