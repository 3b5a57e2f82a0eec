import type { ErrorCode, InvalidField, Problem } from '@dronedelivery/contracts';

/** The other service has understood the call and refuses it: trying again changes nothing. */
export class RemoteError extends Error {
  /** Of the problem's type; undefined where the answer was no problem of ours. */
  readonly code: ErrorCode | undefined;
  readonly status: number;
  readonly detail: string | undefined;
  readonly errors: readonly InvalidField[] | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(of: {
    readonly target: string;
    readonly status: number;
    readonly code: ErrorCode | undefined;
    readonly problem: Problem | undefined;
    readonly retryAfterMs: number | undefined;
  }) {
    const what = of.code ?? `status ${of.status}`;
    super(`${of.target} refused: ${what}${of.problem?.detail === undefined ? '' : ` (${of.problem.detail})`}`);
    this.name = 'RemoteError';
    this.code = of.code;
    this.status = of.status;
    this.detail = of.problem?.detail;
    this.errors = of.problem?.errors;
    this.retryAfterMs = of.retryAfterMs;
  }
}
