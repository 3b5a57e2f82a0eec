import { messageProperties, queues } from '@dronedelivery/contracts';
import type { Logger } from '@dronedelivery/service-kit/logger';
import type { OutgoingMessage, Sender, ServiceBus } from '@dronedelivery/service-kit/servicebus';
import type { OutgoingRequest, SendOutcome, SendRequest } from '../../app/ports.ts';

export interface SendRequestOptions {
  readonly sendTimeoutMs: number;
  readonly sendsInFlightMax: number;
}

/** Sends requests to the queue, together with those of the same moment; so many at most are on their way. */
export function createSendRequest(bus: ServiceBus, options: SendRequestOptions, logger: Logger): SendRequest {
  const { sendTimeoutMs, sendsInFlightMax } = options;
  // Nobody waits longer for a batch than its callers; a stop would.
  const flightTimeoutMs = 2 * sendTimeoutMs;
  const sender = bus.sender(queues.deliveryRequests, { queueMax: sendsInFlightMax, flightTimeoutMs });
  void warm(sender, logger);
  let inFlight = 0;
  return async (request) => {
    if (inFlight >= sendsInFlightMax) return 'overloaded';
    inFlight++;
    try {
      await sender.send(toMessage(request), { timeoutMs: sendTimeoutMs });
      return 'accepted';
    } catch (error) {
      logger.warn({ err: error, deliveryId: request.message.deliveryId }, 'request not confirmed by the broker');
      return 'unknown' satisfies SendOutcome;
    } finally {
      inFlight--;
    }
  };
}

/** Without a broker at the start the first request opens the link. */
async function warm(sender: Sender, logger: Logger): Promise<void> {
  try {
    await sender.warm();
  } catch (error) {
    logger.info({ err: error }, 'the broker is not there yet');
  }
}

function toMessage({ messageId, message }: OutgoingRequest): OutgoingMessage {
  const { businessId, deliveryId, kind } = message;
  const names = messageProperties;
  return {
    messageId,
    body: JSON.stringify(message),
    subject: kind,
    correlationId: deliveryId,
    properties: { [names.businessId]: businessId, [names.deliveryId]: deliveryId, [names.kind]: kind },
  };
}
