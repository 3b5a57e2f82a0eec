import { DecodeError } from '../codec/amqp-reader.ts';
import { BrokerError, type BrokerErrorCode } from '../core/broker-error.ts';

interface Condition {
  /** The AMQP error condition. */
  readonly condition: string;
  /** The status of a management response. */
  readonly status: number;
}

/** What clients expect for each error; the SDK turns conditions into its own codes. */
const conditions: Readonly<Record<BrokerErrorCode, Condition>> = {
  'entity-not-found': { condition: 'amqp:not-found', status: 404 },
  'entity-disabled': { condition: 'com.microsoft:entity-disabled', status: 400 },
  'already-exists': { condition: 'com.microsoft:entity-already-exists', status: 409 },
  'message-lock-lost': { condition: 'com.microsoft:message-lock-lost', status: 410 },
  'message-not-found': { condition: 'com.microsoft:message-not-found', status: 404 },
  'session-lock-lost': { condition: 'com.microsoft:session-lock-lost', status: 410 },
  'session-cannot-be-locked': { condition: 'com.microsoft:session-cannot-be-locked', status: 409 },
  'timed-out': { condition: 'com.microsoft:timeout', status: 408 },
  'message-too-large': { condition: 'amqp:link:message-size-exceeded', status: 403 },
  'quota-exceeded': { condition: 'amqp:resource-limit-exceeded', status: 403 },
  'argument-invalid': { condition: 'com.microsoft:argument-error', status: 400 },
  'malformed-message': { condition: 'amqp:decode-error', status: 400 },
  'not-allowed': { condition: 'amqp:not-allowed', status: 400 },
  'not-implemented': { condition: 'amqp:not-implemented', status: 501 },
  unauthorized: { condition: 'amqp:unauthorized-access', status: 401 },
  'too-many-links': { condition: 'amqp:resource-limit-exceeded', status: 403 },
  'server-busy': { condition: 'com.microsoft:server-busy', status: 503 },
  'storage-failed': { condition: 'com.microsoft:server-busy', status: 503 },
};

export interface AmqpErrorFields {
  readonly condition: string;
  readonly description: string;
}

export function amqpError(error: BrokerError): AmqpErrorFields {
  return { condition: conditions[error.code].condition, description: error.message };
}

export function statusOf(error: BrokerError): number {
  return conditions[error.code].status;
}

/** Errors of input become answers; anything else is a fault of the broker and is thrown on. */
export function asBrokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  if (error instanceof DecodeError) return new BrokerError('malformed-message', error.message, { cause: error });
  throw error;
}
