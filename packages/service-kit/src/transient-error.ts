import type { ErrorCode } from '@dronedelivery/contracts';

/** Why a call may work later. */
export type TransientKind =
  | 'timeout'
  | 'connection'
  | 'breaker-open'
  | 'bulkhead-full'
  | 'server-error'
  | 'too-many-requests'
  | 'bad-answer';

export interface TransientErrorExtra {
  /** Whom the call went to. */
  readonly target?: string;
  readonly status?: number;
  /** Of the problem that was answered. */
  readonly code?: ErrorCode;
  readonly retryAfterMs?: number;
  /** False only when it is certain that the other side has seen nothing. */
  readonly mayHaveHappened?: boolean;
  readonly cause?: unknown;
}

/** Target of a fetch of our own token: its faults say nothing about the service that the token is for. */
export const tokenEndpoint = 'token endpoint';

/** A fault of the way or of the other side, not of the request: trying again later can help. */
export class TransientError extends Error {
  readonly kind: TransientKind;
  readonly target: string | undefined;
  readonly status: number | undefined;
  readonly code: ErrorCode | undefined;
  readonly retryAfterMs: number | undefined;
  readonly mayHaveHappened: boolean;

  constructor(kind: TransientKind, message: string, extra: TransientErrorExtra = {}) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'TransientError';
    this.kind = kind;
    this.target = extra.target;
    this.status = extra.status;
    this.code = extra.code;
    this.retryAfterMs = extra.retryAfterMs;
    this.mayHaveHappened = extra.mayHaveHappened ?? true;
  }
}
