import type { DeliveryRequestMessage } from '@dronedelivery/contracts';
import { type DeliveryRequest, type Envelope, nextTry } from '../domain/request.ts';
import type { Ending } from '../domain/saga.ts';

/** A request as it is put on the queue again, to be seen no earlier than then. */
export interface DelayedCopy {
  readonly message: DeliveryRequestMessage;
  readonly envelope: Envelope;
  readonly notBeforeMs: number;
}

/**
 * The next copy of a request. Its id follows from the original and the attempt: sent twice, because of a crash before
 * the completion, the second vanishes in duplicate detection.
 */
export function delayedCopy(request: DeliveryRequest, delay: Ending & { kind: 'delay' }): DelayedCopy {
  const { message, envelope } = request;
  const attempt = envelope.attempt + 1;
  const originalMessageId = lineageOf(request);
  return {
    message,
    envelope: {
      messageId: `${originalMessageId}:${attempt}`,
      attempt,
      originalMessageId,
      sequence: envelope.sequence,
      delayReason: delay.reason,
      tries: nextTry(request, delay.reason),
      ...(delay.compensation === undefined ? {} : { compensation: delay.compensation }),
      resubmissions: envelope.resubmissions,
      redeliveries: 0,
      enqueuedAtMs: delay.untilMs,
    },
    notBeforeMs: delay.untilMs,
  };
}

/**
 * What the ids of the copies begin with. A reschedule that comes back after a crash begins a line of its own: the
 * copies of its first handling may have been given up, before there was a delivery, and this handling accepted; then
 * the delivery lives by this message, and its copy must not vanish as one that was seen. All other requests end the
 * same in both lines.
 */
function lineageOf({ message, envelope }: DeliveryRequest): string {
  const { originalMessageId, attempt, redeliveries } = envelope;
  if (message.kind !== 'reschedule' || redeliveries === 0) return originalMessageId;
  return `${originalMessageId}~${attempt}.${redeliveries}`;
}
