import { BrokerError } from '../core/broker-error.ts';

/** SQLite's result codes, the low byte of an extended one. */
const codes = { ioError: 10, corrupt: 11, full: 13, notADatabase: 26 } as const;

/** The disk takes no more: known before anything was written. */
export class NoRoom extends Error {
  readonly errcode = codes.full;

  constructor() {
    super('the disk has no room');
  }
}

function codeOf(error: unknown): number | undefined {
  const extended = (error as { readonly errcode?: unknown } | undefined)?.errcode;
  return typeof extended === 'number' ? extended & 0xff : undefined;
}

/** Some file systems say that they are full by failing to write. */
export function isDiskFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === codes.full || code === codes.ioError;
}

/**
 * Does what reads the data file.
 * @throws BrokerError `storage-failed` in place of what SQLite says
 */
export function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw codeOf(error) === undefined ? error : explainStorage(file, error);
  }
}

/** Says which file cannot be used, why, and what to do about it. */
export function explainStorage(file: string, error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const isDamaged = code === codes.corrupt || code === codes.notADatabase;
  const advice = isDamaged
    ? ' It is damaged: put back a copy of it, or move it and its -wal file away to start with an empty one.'
    : '';
  return new BrokerError('storage-failed', `The data file ${file} cannot be used: ${reason}.${advice}`, {
    cause: error,
  });
}
