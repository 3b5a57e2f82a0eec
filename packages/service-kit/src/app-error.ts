import { type ErrorCode, errorCatalogue, type InvalidField } from '@dronedelivery/contracts';

/** Members that single causes add to their problem. */
export interface AppErrorExtra {
  /** Every wrong part of the request; with `validation-failed`. */
  readonly errors?: readonly InvalidField[];
  readonly deliveryId?: string;
  /** Sent as `Retry-After`, in seconds. */
  readonly retryAfterS?: number;
  /** Counted by who refuses: under load a line in the log for each would cost as much as the work. */
  readonly isUnlogged?: boolean;
  /** For the logs only. */
  readonly cause?: unknown;
}

/** An expected failure with a stable code of the catalogue; adapters map it once to their own form. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** What a client may read about this one occurrence. */
  readonly detail: string | undefined;
  readonly extra: AppErrorExtra;

  constructor(code: ErrorCode, detail?: string, extra: AppErrorExtra = {}) {
    const message = detail ?? errorCatalogue[code].title;
    const framesMax = Error.stackTraceLimit;
    // Who is told to come again comes in floods, and nobody reads where each was told: a stack costs 6 µs.
    if (extra.retryAfterS !== undefined) Error.stackTraceLimit = 0;
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    Error.stackTraceLimit = framesMax;
    this.name = 'AppError';
    this.code = code;
    this.detail = detail;
    this.extra = extra;
  }
}
