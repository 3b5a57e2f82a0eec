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
  return {
    message,
    envelope: {
      messageId: `${envelope.originalMessageId}:${attempt}`,
      attempt,
      originalMessageId: envelope.originalMessageId,
      sequence: envelope.sequence,
      delayReason: delay.reason,
      tries: nextTry(request, delay.reason),
      ...(delay.compensation === undefined ? {} : { compensation: delay.compensation }),
      resubmissions: envelope.resubmissions,
    },
    notBeforeMs: delay.untilMs,
  };
}
