import type { Reserve } from '../../src/storage/reserve.ts';

/** Of a disk that never fills: tests that open thousands of stores would write a reserve for each. */
export function endlessReserve(): Reserve {
  return {
    bytes: Number.POSITIVE_INFINITY,
    roomBytes: Number.POSITIVE_INFINITY,
    hold: () => undefined,
    release: () => undefined,
  };
}
