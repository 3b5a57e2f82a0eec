import { TransientError, type TransientKind } from '../transient-error.ts';

const kindOf: Readonly<Record<string, TransientKind>> = {
  ServiceTimeout: 'timeout',
  ServiceBusy: 'too-many-requests',
  QuotaExceeded: 'server-error',
  MessagingEntityNotFound: 'server-error',
  MessagingEntityDisabled: 'server-error',
  UnauthorizedAccess: 'server-error',
};

const lockLostCodes = ['MessageLockLost', 'MessageNotFound'];

export function sdkCodeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

export function isLockLost(error: unknown): boolean {
  return lockLostCodes.includes(sdkCodeOf(error) ?? '');
}

/** A broker's fault in the words that callers of other services know. */
export function toTransientError(error: unknown, entity: string): TransientError {
  if (error instanceof TransientError) return error;
  const { name, message } = error as Error;
  const kind = name === 'AbortError' ? 'timeout' : (kindOf[sdkCodeOf(error) ?? ''] ?? 'connection');
  return new TransientError(kind, `the broker did not take messages for ${entity}: ${message}`, {
    target: entity,
    cause: error,
  });
}
