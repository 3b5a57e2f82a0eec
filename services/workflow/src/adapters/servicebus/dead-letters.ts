import { messageProperties, queues } from '@dronedelivery/contracts';
import { type Clock, pause } from '@dronedelivery/service-kit/clock';
import { derivedId } from '@dronedelivery/service-kit/ids';
import type { Logger } from '@dronedelivery/service-kit/logger';
import {
  abandon,
  complete,
  defer,
  type EntityAddress,
  type ReceivedMessage,
  type Receiver,
  type ServiceBus,
} from '@dronedelivery/service-kit/servicebus';
import type { FoundDeadLetter, WorkDeadLetter } from '../../app/work-dead-letter.ts';
import type { DeadRequest } from '../../domain/dead-letter.ts';
import type { DeadLetterEvents } from '../../events.ts';
import { parkedProperties } from './parked-properties.ts';
import { readRequest } from './request-message.ts';

export interface BrokerDeadLetter extends FoundDeadLetter {
  readonly received: ReceivedMessage;
}

export interface ReceiveDeadLettersOptions {
  readonly work: WorkDeadLetter<BrokerDeadLetter>;
  readonly events: DeadLetterEvents;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly concurrency: number;
  readonly retryDelayMs: number;
}

/** Works the dead letters of the request queue. One that has to wait stays in hand, which bounds the rate of trying. */
export function receiveDeadLetters(bus: ServiceBus, options: ReceiveDeadLettersOptions): Receiver {
  const { work, events, logger, clock, retryDelayMs } = options;
  return bus.receive({
    from: { queue: queues.deliveryRequests, deadLetters: true },
    concurrencyMax: options.concurrency,
    abandonPauseMs: retryDelayMs,
    logger,
    handler: async (received, { signal }) => {
      const letter = readDeadLetter(received);
      if ((await work(letter, signal)) === 'done') return complete;
      events.kept(letter);
      await pause(clock, retryDelayMs, signal);
      return abandon;
    },
  });
}

/** Sets every message of an entity aside, so that it is acted on by its sequence number alone. */
export function setAside(bus: ServiceBus, from: EntityAddress, logger: Logger): Receiver {
  return bus.receive({ from, concurrencyMax: 16, logger, handler: async () => defer });
}

/**
 * Puts a dead letter on the parked queue under its own id: sent twice, because of a crash before the completion, the
 * second vanishes. Setting it aside there is another receiver's work, so that no crash in between can forget it.
 */
export function createPark(bus: ServiceBus) {
  const sender = bus.sender(queues.parked);
  return async ({ messageId, received, dead, reason, description }: BrokerDeadLetter, outcome: string) => {
    const envelope = dead.kind === 'readable' ? dead.request.envelope : undefined;
    const { body, contentType, subject, correlationId, sequenceNumber } = received;
    await sender.send({
      messageId,
      body,
      ...(contentType === undefined ? {} : { contentType }),
      ...(subject === undefined ? {} : { subject }),
      ...(correlationId === undefined ? {} : { correlationId }),
      properties: {
        ...received.properties,
        ...parkedProperties({ reason, description, outcome, sequence: envelope?.sequence ?? sequenceNumber }),
      },
    });
  };
}

function readDeadLetter(received: ReceivedMessage): BrokerDeadLetter {
  const { deadLetterReason: reason, deadLetterDescription: description, sequenceNumber } = received;
  // Only foreign messages have none; the parked letter needs one.
  const messageId = received.messageId || `unnamed-${sequenceNumber}`;
  const read = readRequest(received);
  const dead: DeadRequest = read.ok ? { kind: 'readable', request: read.request } : addressOf(received);
  return { messageId, reason, description, dead, received };
}

function addressOf({ properties, messageId }: ReceivedMessage): DeadRequest {
  const { businessId, deliveryId, kind } = messageProperties;
  const business = properties[businessId];
  const delivery = properties[deliveryId];
  if (typeof business !== 'string' || typeof delivery !== 'string') return { kind: 'unknown' };
  // A foreign message id may be no id in our sense.
  const message = { businessId: business, deliveryId: delivery, requestId: derivedId('unreadable', messageId) };
  return { kind: 'addressed', message, requestKind: String(properties[kind]) };
}
