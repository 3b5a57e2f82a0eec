import { existsSync, statSync } from 'node:fs';
import { NoRoom } from '../../src/storage/damage.ts';
import { type Reserve, ReserveFile } from '../../src/storage/reserve.ts';

/**
 * A disk for one data file, its log and its reserve alone. What SQLite writes of its own accord is not kept from it,
 * but counts: until there is room for it nothing more is stored.
 */
export class SmallDisk {
  readonly #file: string;
  readonly #bytesMax: number;

  constructor(file: string, bytesMax: number) {
    this.#file = file;
    this.#bytesMax = bytesMax;
  }

  /** Taken by others. */
  othersBytes = 0;

  get logBytes(): number {
    return sizeOf(`${this.#file}-wal`);
  }

  get roomBytes(): number {
    const used = sizeOf(this.#file) + this.logBytes + sizeOf(`${this.#file}-reserve`);
    return this.#bytesMax - this.othersBytes - used;
  }

  assertFits(bytes = 0): void {
    if (bytes > this.roomBytes) throw new NoRoom();
  }

  /** The file's real reserve, held only where this disk has the room. */
  openReserve(): Reserve {
    return new SmallReserve(this.#file, this);
  }
}

class SmallReserve extends ReserveFile {
  readonly #disk: SmallDisk;

  constructor(dataFile: string, disk: SmallDisk) {
    super(dataFile);
    this.#disk = disk;
  }

  override get roomBytes(): number {
    return this.#disk.roomBytes;
  }

  override hold(bytes: number): void {
    this.#disk.assertFits(bytes - this.bytes);
    super.hold(bytes);
  }
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}
