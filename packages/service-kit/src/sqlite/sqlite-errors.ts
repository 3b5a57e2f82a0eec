import { AppError } from '../app-error.ts';

// Primary result codes of SQLite; extended ones carry them in their lowest byte.
const busyCodes = [5, 6];
const diskCodes: Readonly<Record<number, string>> = {
  8: 'the store is read-only',
  10: 'the store cannot be read or written',
  13: 'the disk is full',
};

/** Another connection holds the lock: worth trying again. */
export function isBusy(error: unknown): boolean {
  return busyCodes.includes(primaryCode(error));
}

/** Undefined for an error that is not about the disk. */
export function diskFault(error: unknown): AppError | undefined {
  const detail = diskCodes[primaryCode(error)];
  return detail === undefined ? undefined : new AppError('unavailable', detail, { retryAfterS: 1, cause: error });
}

function primaryCode(error: unknown): number {
  const code = (error as { readonly errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : -1;
}
