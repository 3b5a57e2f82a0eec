import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Random } from './random.ts';

const headerBytes = 32;
const frameHeaderBytes = 24;

/** How far a log has been written since SQLite last began it anew; behind that lie the remains of earlier times. */
export interface LogMark {
  /** Differs from one beginning to the next. */
  readonly salt: string;
  readonly end: number;
}

/**
 * Source of the layout: the WAL format in SQLite's documentation of its file format.
 * @param known an earlier mark: what it has seen need not be read again
 */
export function markLog(file: string, known?: LogMark): LogMark {
  const descriptor = openSync(file, 'r');
  try {
    const read = (length: number, position: number) => {
      const bytes = Buffer.alloc(length);
      return readSync(descriptor, bytes, 0, length, position) === length ? bytes : undefined;
    };
    const header = read(headerBytes, 0);
    if (header === undefined) return { salt: '', end: 0 };
    const salt = header.toString('hex', 16, 24);
    const frameBytes = frameHeaderBytes + header.readUInt32BE(8);
    let end = salt === known?.salt ? known.end : headerBytes;
    while (read(frameHeaderBytes, end)?.toString('hex', 8, 16) === salt) end += frameBytes;
    return { salt, end };
  } finally {
    closeSync(descriptor);
  }
}

/** Does to a log what a loss of power may do: of what was not synced, some of the end is garbage. */
export function loseUnsynced(file: string, synced: LogMark, random: Random): void {
  const { salt, end } = markLog(file);
  // SQLite syncs the header itself when it begins the log anew, and before that all that the log held.
  const kept = salt === synced.salt ? synced.end : Math.min(headerBytes, end);
  const from = kept + random.below(end - kept + 1);
  if (from === end) return;
  const descriptor = openSync(file, 'r+');
  try {
    writeSync(descriptor, Buffer.alloc(end - from, 0xee), 0, end - from, from);
  } finally {
    closeSync(descriptor);
  }
}
