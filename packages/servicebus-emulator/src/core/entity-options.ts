export type EntityStatus = 'Active' | 'Disabled' | 'SendDisabled' | 'ReceiveDisabled';

export interface Limits {
  /** Messages that an entity holds, dead letters included. */
  readonly messagesMax: number;
  readonly bytesMax: number;
}

export interface QueueOptions extends Limits {
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  /** Infinity: for ever. */
  readonly timeToLiveMs: number;
  readonly deadLetterOnExpiration: boolean;
  /** Undefined: duplicates are not looked for. */
  readonly duplicateWindowMs: number | undefined;
  readonly status: EntityStatus;
}

export interface TopicOptions extends Limits {
  readonly timeToLiveMs: number;
  readonly duplicateWindowMs: number | undefined;
  readonly status: EntityStatus;
}

export function allowsSend(status: EntityStatus): boolean {
  return status === 'Active' || status === 'ReceiveDisabled';
}

export function allowsReceive(status: EntityStatus): boolean {
  return status === 'Active' || status === 'SendDisabled';
}
