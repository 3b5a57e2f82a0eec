import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

const rotateAtBytes = 16 * 1024 * 1024;

/** An append-only log of bounded size: past the limit the file becomes `.1`, which replaces the one before it. */
export class LogFile implements Disposable {
  readonly file: string;
  #descriptor: number;
  #sizeBytes: number;

  constructor(file: string) {
    this.file = file;
    this.#descriptor = openSync(file, 'a');
    this.#sizeBytes = fstatSync(this.#descriptor).size;
  }

  write(chunk: Uint8Array | string): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (this.#sizeBytes + bytes.length > rotateAtBytes) this.#rotate();
    this.#sizeBytes += bytes.length;
    writeSync(this.#descriptor, bytes);
  }

  #rotate(): void {
    closeSync(this.#descriptor);
    if (existsSync(this.file)) renameSync(this.file, `${this.file}.1`);
    this.#descriptor = openSync(this.file, 'a');
    this.#sizeBytes = 0;
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
