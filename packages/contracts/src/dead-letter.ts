import Type, { type Static } from 'typebox';
import { Instant, nullable, Page, strict } from './common.ts';

/** Where a dead letter lies: the parked queue, a queue's own dead letters, or a subscription's. */
export const DeadLetterSource = Type.String({
  maxLength: 260,
  pattern: '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)?$',
  description: 'a queue, or "topic/subscription"',
});

export const SequenceNumber = Type.String({ pattern: '^\\d{1,20}$', description: 'a sequence number in decimal' });

export const DeadLetter = strict({
  /** Within its source. */
  sequenceNumber: SequenceNumber,
  source: DeadLetterSource,
  messageId: nullable(Type.String()),
  businessId: nullable(Type.String()),
  deliveryId: nullable(Type.String()),
  kind: nullable(Type.String()),
  reason: nullable(Type.String()),
  description: nullable(Type.String()),
  deliveryCount: Type.Integer({ minimum: 0 }),
  enqueuedAt: nullable(Instant),
  /** Sequence number in the queue where the request first arrived. */
  originalSequenceNumber: nullable(SequenceNumber),
  resubmissions: Type.Integer({ minimum: 0 }),
  /** The body as text, cut at 64 KiB. */
  body: Type.String(),
});
export type DeadLetter = Static<typeof DeadLetter>;
export const DeadLetterPage = Page(DeadLetter);

export const DeadLetterReplayed = strict({ sequenceNumber: SequenceNumber, messageId: Type.String() });
export type DeadLetterReplayed = Static<typeof DeadLetterReplayed>;
