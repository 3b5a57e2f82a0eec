import type { DeliveryFacts } from '../codec/delivery.ts';
import { type MessageCopy, type MessageState, timeToLiveMsOf } from '../core/message.ts';

const stateCodes: Readonly<Record<MessageState, DeliveryFacts['state']>> = { active: 0, deferred: 1, scheduled: 2 };

/** What a receiver is told of a message. */
export function deliveryFacts(message: MessageCopy): DeliveryFacts {
  return {
    sequenceNumber: message.sequenceNumber,
    enqueuedSequenceNumber: message.enqueuedSequenceNumber,
    enqueuedAtMs: message.enqueuedAtMs,
    deliveryCount: message.deliveryCount,
    timeToLiveMs: timeToLiveMsOf(message) ?? message.content.timeToLiveMs,
    lockedUntilMs: message.lock?.term.untilMs,
    deadLetterSource: message.deadLetterSource,
    state: stateCodes[message.state],
  };
}
