import type { Content } from '../codec/content.ts';

export type MessageState = 'active' | 'deferred' | 'scheduled';

export interface Lock {
  /** 16 bytes, as they travel: the delivery tag. */
  readonly token: Buffer;
  untilMs: number;
}

/** A stored message. Only its queue changes it. */
export interface Message {
  readonly sequenceNumber: number;
  readonly enqueuedSequenceNumber: number;
  readonly enqueuedAtMs: number;
  /** Infinity: never. */
  readonly expiresAtMs: number;
  /** When it becomes active; meaningful while scheduled. */
  readonly scheduledAtMs: number;
  readonly deadLetterSource: string | undefined;
  state: MessageState;
  deliveryCount: number;
  content: Content;
  lock: Lock | undefined;
  /** It left the queue; indexes that still hold it skip it. */
  removed: boolean;
}

/** A message that has just arrived: active, for ever and never delivered, but for what is `known`. */
export function createMessage(
  content: Content,
  known: Partial<Message> & Pick<Message, 'sequenceNumber' | 'enqueuedAtMs'>,
): Message {
  return {
    enqueuedSequenceNumber: known.sequenceNumber,
    expiresAtMs: Number.POSITIVE_INFINITY,
    scheduledAtMs: 0,
    deadLetterSource: undefined,
    state: 'active',
    deliveryCount: 0,
    content,
    lock: undefined,
    removed: false,
    ...known,
  };
}

export function bytesOf({ content }: Pick<Message, 'content'>): number {
  return content.bare.length + content.annotations.length;
}

/** Milliseconds that it had to live from when it was enqueued; undefined when for ever. */
export function timeToLiveMsOf(message: Message): number | undefined {
  return message.expiresAtMs === Number.POSITIVE_INFINITY ? undefined : message.expiresAtMs - message.enqueuedAtMs;
}
