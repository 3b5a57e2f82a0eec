export type EntityStatus = 'Active' | 'Disabled' | 'SendDisabled' | 'ReceiveDisabled';

export interface Limits {
  /** Messages that an entity holds, dead letters included. */
  readonly messagesMax: number;
  readonly bytesMax: number;
  /** A note of whoever made the entity. */
  readonly userMetadata?: string | undefined;
  /** Undefined: it stays however long no one uses it. */
  readonly autoDeleteOnIdleMs?: number | undefined;
}

interface CommonOptions extends Limits {
  /** Undefined: duplicates are not looked for. */
  readonly duplicateWindowMs: number | undefined;
  /** Infinity: for ever. */
  readonly timeToLiveMs: number;
  readonly status: EntityStatus;
}

export interface QueueOptions extends CommonOptions {
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  readonly deadLetterOnExpiration: boolean;
  readonly requiresSession: boolean;
  /** The queue or topic that gets what comes in; undefined: it stays. */
  readonly forwardTo: string | undefined;
  /** The queue or topic that gets the dead letters. */
  readonly forwardDeadLettersTo: string | undefined;
}

export type TopicOptions = CommonOptions;

/** Those of the dead-letter queue that belongs to a queue. */
export function deadLetterOptions(options: QueueOptions): QueueOptions {
  return {
    ...options,
    deadLetterOnExpiration: false,
    duplicateWindowMs: undefined,
    requiresSession: false,
    forwardTo: options.forwardDeadLettersTo,
  };
}

export function allowsSend(status: EntityStatus): boolean {
  return status === 'Active' || status === 'ReceiveDisabled';
}

export function allowsReceive(status: EntityStatus): boolean {
  return status === 'Active' || status === 'SendDisabled';
}
