/** What a client can do wrong or run into; adapters map each code to a condition once. */
export type BrokerErrorCode =
  | 'entity-not-found'
  | 'entity-disabled'
  | 'already-exists'
  | 'message-lock-lost'
  | 'message-not-found'
  | 'session-lock-lost'
  | 'session-cannot-be-locked'
  | 'timed-out'
  | 'message-too-large'
  | 'quota-exceeded'
  | 'argument-invalid'
  | 'malformed-message'
  | 'not-allowed'
  | 'not-implemented'
  | 'unauthorized'
  | 'too-many-links'
  | 'server-busy'
  | 'storage-failed';

export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly code: BrokerErrorCode;

  constructor(code: BrokerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
