import { RemoteError, TransientError } from '@dronedelivery/service-kit/http-client';
import type { Answer, CallName, Gains } from '../../domain/saga.ts';

/** Refusals that are about us, or about the moment, and not about the request. */
const passingStatuses: readonly number[] = [401, 403, 408, 421, 425];

/**
 * Turns what the service client gives or throws into an answer to the saga.
 * @throws what is neither a refusal nor a fault that may pass, such as the reason of an abort.
 */
export async function answerOf<N extends CallName>(call: Promise<Gains[N]>): Promise<Answer<N>> {
  try {
    return { kind: 'done', gain: await call };
  } catch (error) {
    if (error instanceof TransientError) return transient(error.message, error.retryAfterMs);
    if (!(error instanceof RemoteError)) throw error;
    const { code, status, detail, message, retryAfterMs } = error;
    if (code === undefined || passingStatuses.includes(status)) return transient(message, retryAfterMs);
    return { kind: 'refused', code, detail: detail ?? message };
  }
}

function transient(cause: string, retryAfterMs: number | undefined) {
  return { kind: 'transient', cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } as const;
}
