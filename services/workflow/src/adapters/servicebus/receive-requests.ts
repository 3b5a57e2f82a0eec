import { queues } from '@dronedelivery/contracts';
import type { Logger } from '@dronedelivery/service-kit/logger';
import { complete, deadLetter, type Receiver, type ServiceBus } from '@dronedelivery/service-kit/servicebus';
import type { HandleRequest } from '../../app/handle-request.ts';
import type { SagaEvents } from '../../events.ts';
import { readRequest } from './request-message.ts';

export interface ReceiveRequestsOptions {
  readonly handleRequest: HandleRequest;
  readonly events: SagaEvents;
  readonly logger: Logger;
  readonly concurrency: number;
  readonly silenceMs: number;
  readonly drainLimitMs: number;
}

/** Competes with the other replicas for the messages of the request queue. */
export function receiveRequests(bus: ServiceBus, options: ReceiveRequestsOptions): Receiver {
  const { handleRequest, events, logger, silenceMs, drainLimitMs } = options;
  return bus.receive({
    from: { queue: queues.deliveryRequests },
    concurrencyMax: options.concurrency,
    silenceMs,
    drainLimitMs,
    logger,
    handler: async (received, { signal }) => {
      const read = readRequest(received);
      if (!read.ok) {
        events.unreadable(received.messageId);
        return read.settlement;
      }
      const settlement = await handleRequest(read.request, signal);
      return settlement.kind === 'complete' ? complete : deadLetter(settlement.reason, settlement.description);
    },
  });
}
