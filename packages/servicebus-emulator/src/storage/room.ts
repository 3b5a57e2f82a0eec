import { BrokerError } from '../core/broker-error.ts';
import { NoRoom } from './damage.ts';
import type { Reserve } from './reserve.ts';

/** Kept free for settlements, which have to be stored too before they make room. */
const reserveBytes = 4 * 1024 * 1024;
const reserveShare = 0.1;
/** Not at the first message that fits: that would be told again and again. */
const againBelowShare = 0.9;
const againBytes = 4 * 1024 * 1024;
const lookIntervalMs = 1_000;

/** Told when sends begin to be refused for lack of room, with the reason, and when there is room again. */
export type OnRoom = (reason: string | undefined) => void;

/** The database, as far as it takes room. */
export interface Pages {
  /** Of all pages, those included that are only in the log so far. */
  readonly bytes: number;
  /** Of those that hold nothing. */
  readonly freeBytes: number;
  /** Of the file, to which the log is written back. */
  readonly fileBytes: number;
  /** Of the log. */
  readonly logBytes: number;
  /** What the log may become unless it is kept short. */
  readonly logBytesMax: number;
  /** Writes the whole log back and gives up its room; from then on it is written back early. */
  tighten(): void;
  /** From now on the log may grow as long as it is good for speed. */
  relax(): void;
}

interface Surroundings {
  /** Undefined: the store lives in memory. */
  readonly reserve: Reserve | undefined;
  /** Infinity: as large as the disk lets it. */
  readonly bytesMax: number;
  readonly pages: Pages;
  readonly nowMs: () => number;
  readonly onRoom: OnRoom;
}

/**
 * Decides whether there is room for more messages. Below the bound, and on the disk, some is held back: where sends have
 * filled everything, settlements still go through. The reserve on the disk is always large enough for the log to be
 * written back into the file, and gives way when the disk is full: a log that cannot be written back grows with each
 * settlement until nothing goes any more.
 */
export class Room {
  readonly #surroundings: Surroundings;
  readonly #sendBytesMax: number;
  #usedBytes = 0;
  #fileBytes = 0;
  #diskFull = false;
  /** The log is kept short, because the disk has little room. */
  #tight = false;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #told = false;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    const { bytesMax } = surroundings;
    this.#sendBytesMax = bytesMax - Math.min(reserveBytes, bytesMax * reserveShare);
    if (surroundings.reserve !== undefined && !this.#hold(reserveBytes)) this.onDiskFull();
    this.measure();
  }

  /** Sends are being refused. */
  get isFull(): boolean {
    return this.#told;
  }

  /** @throws BrokerError `storage-failed`, which clients take as a reason to try again later */
  assertFor(bytes: number): void {
    if (this.#diskFull) this.#look();
    if (!this.#diskFull && this.#usedBytes + bytes <= this.#sendBytesMax) {
      this.#usedBytes += bytes;
      return;
    }
    const reason = this.#diskFull ? 'the disk is full' : `it may not grow beyond ${this.#surroundings.bytesMax} bytes`;
    this.#tell(reason);
    throw new BrokerError('storage-failed', `There is no room for more messages: ${reason}.`);
  }

  /**
   * A turn is about to be stored: holds back what the log is going to owe the file.
   * @throws NoRoom
   */
  cover(): void {
    const { reserve, pages } = this.#surroundings;
    if (reserve === undefined || this.#diskFull) return;
    const { bytes } = pages;
    if (bytes - this.#fileBytes + reserveBytes <= reserve.bytes) return;
    this.#fileBytes = pages.fileBytes;
    const missing = bytes - this.#fileBytes + reserveBytes - reserve.bytes;
    if (missing > 0 && !this.#hold(reserve.bytes + Math.ceil(missing / reserveBytes) * reserveBytes))
      throw new NoRoom();
  }

  /** A turn has been stored: what it took is known now. */
  measure(): void {
    const { bytesMax, pages } = this.#surroundings;
    this.#look();
    if (bytesMax !== Number.POSITIVE_INFINITY) this.#usedBytes = pages.bytes - pages.freeBytes;
    if (this.#told && !this.#diskFull && this.#usedBytes <= this.#sendBytesMax * againBelowShare) this.#tell(undefined);
  }

  /** A turn could not be stored for lack of room on the disk. */
  onDiskFull(): void {
    const { reserve, pages, nowMs } = this.#surroundings;
    if (reserve === undefined) return;
    reserve.release();
    pages.tighten();
    // Without its long log there may be room enough; whoever fails even so gets no second chance at once.
    this.#diskFull = this.#tight || !this.#findRoom();
    this.#tight = true;
    this.#lookedAtMs = nowMs();
    if (this.#diskFull) this.#tell('the disk is full');
  }

  /** Before the database is closed, which writes its log back. */
  close(): void {
    this.#surroundings.reserve?.release();
  }

  /** Now and then; a clock that was set back counts as one that went on. */
  #look(): void {
    const { reserve, nowMs } = this.#surroundings;
    if (reserve === undefined || Math.abs(nowMs() - this.#lookedAtMs) < lookIntervalMs) return;
    this.#lookedAtMs = nowMs();
    this.#diskFull &&= !this.#findRoom();
    if (!this.#diskFull) this.#fitLog(reserve);
  }

  /** What the file itself has free counts, or a disk that it has all to itself would never be found to have room. */
  #findRoom(): boolean {
    const wanted = Math.max(0, againBytes - this.#surroundings.pages.freeBytes);
    return this.#hold(reserveBytes + wanted) && this.#hold(reserveBytes);
  }

  /** A long log is for speed alone: it must not be what fills the disk. */
  #fitLog({ roomBytes }: Reserve): void {
    const { pages } = this.#surroundings;
    const spareBytes = roomBytes + pages.logBytes - pages.logBytesMax;
    if (this.#tight ? spareBytes < 2 * reserveBytes : spareBytes >= reserveBytes) return;
    this.#tight = !this.#tight;
    if (this.#tight) pages.tighten();
    else pages.relax();
  }

  #hold(bytes: number): boolean {
    try {
      this.#surroundings.reserve?.hold(bytes);
      return true;
    } catch {
      return false;
    }
  }

  #tell(reason: string | undefined): void {
    if (this.#told === (reason !== undefined)) return;
    this.#told = reason !== undefined;
    this.#surroundings.onRoom(reason);
  }
}
