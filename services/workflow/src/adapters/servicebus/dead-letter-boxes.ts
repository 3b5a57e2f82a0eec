import { type DeadLetter, messageProperties, queues, subscriptions, topics } from '@dronedelivery/contracts';
import {
  abandon,
  type Browser,
  complete,
  type EntityAddress,
  type HeldMessage,
  type ReceivedMessage,
  type ServiceBus,
} from '@dronedelivery/service-kit/servicebus';
import type { DeadLetterBox, TakenLetter } from '../../app/dead-letter-box.ts';
import { sentAnew } from '../../domain/dead-letter.ts';
import { envelopeProperties, readEnvelope } from './envelope.ts';
import { readParking, withoutParking } from './parked-properties.ts';

interface Place {
  readonly source: string;
  readonly from: EntityAddress;
  /** Where its messages came from, and where they go again. */
  readonly entity: string;
}

const bodyBytesShown = 64 * 1024;
const subscription = subscriptions.delivery;

const parked: Place = { source: queues.parked, from: { queue: queues.parked }, entity: queues.deliveryRequests };
const others: readonly Place[] = [
  {
    source: queues.deliveryRequests,
    from: { queue: queues.deliveryRequests, deadLetters: true },
    entity: queues.deliveryRequests,
  },
  ...[topics.droneEvents, topics.dronePositions].map((topic) => ({
    source: `${topic}/${subscription}`,
    from: { topic, subscription, deadLetters: true },
    entity: topic,
  })),
];

/** What has to be set aside before it can be acted on; the dead letters of the request queue are worked instead. */
export const placesToSetAside: readonly EntityAddress[] = [parked, ...others.slice(1)].map(({ from }) => from);

/** Opens all places where dead letters lie, the parked queue first. */
export function openBoxes(bus: ServiceBus, resources: AsyncDisposableStack): [DeadLetterBox, ...DeadLetterBox[]] {
  const open = (place: Place) => openBox(bus, place, resources.use(bus.browse(place.from)));
  return [open(parked), ...others.map(open)];
}

function openBox(bus: ServiceBus, place: Place, browser: Browser): DeadLetterBox {
  return {
    source: place.source,
    peek: async (fromSequenceNumber, max) => {
      const found = await browser.peek({ fromSequenceNumber, max });
      return found.map((message) => letterOf(message, place.source));
    },
    take: async (sequenceNumber) => {
      const [held] = await browser.receiveDeferred([sequenceNumber]);
      if (held !== undefined) return takenLetter(bus, place, held);
      const [there] = await browser.peek({ fromSequenceNumber: sequenceNumber, max: 1 });
      return there?.sequenceNumber === sequenceNumber ? 'busy' : 'absent';
    },
  };
}

function takenLetter(bus: ServiceBus, { source, entity }: Place, held: HeldMessage): TakenLetter {
  return {
    letter: letterOf(held, source),
    discard: () => held.settle(complete),
    putBack: () => held.settle(abandon),
    resend: (messageId) => resend(bus, entity, held, messageId),
  };
}

function resend(bus: ServiceBus, entity: string, held: HeldMessage, messageId: string): Promise<void> {
  const { body, contentType, subject, correlationId } = held;
  const properties = withoutParking(held.properties);
  const { compensation: _, ...envelope } = readEnvelope(held);
  return bus.sender(entity).send({
    messageId,
    body,
    ...(contentType === undefined ? {} : { contentType }),
    ...(subject === undefined ? {} : { subject }),
    ...(correlationId === undefined ? {} : { correlationId }),
    properties:
      entity === queues.deliveryRequests
        ? { ...withoutCompensation(properties), ...envelopeProperties(sentAnew(envelope, messageId, 0)) }
        : properties,
  });
}

/** An operator who replays a request wants it done, not undone. */
function withoutCompensation({ [messageProperties.compensation]: _, ...properties }: HeldMessage['properties']) {
  return properties;
}

function letterOf(message: ReceivedMessage, source: string): DeadLetter {
  const { properties } = message;
  const { businessId, deliveryId, kind, originalSequenceNumber } = messageProperties;
  const parking = readParking(properties);
  return {
    sequenceNumber: message.sequenceNumber,
    source,
    messageId: message.messageId || null,
    businessId: textOf(properties[businessId]),
    deliveryId: textOf(properties[deliveryId]),
    kind: textOf(properties[kind]),
    reason: parking.reason ?? message.deadLetterReason ?? null,
    description: parking.description ?? message.deadLetterDescription ?? null,
    deliveryCount: message.deliveryCount,
    enqueuedAt: message.enqueuedAtMs === 0 ? null : new Date(message.enqueuedAtMs).toISOString(),
    originalSequenceNumber: textOf(properties[originalSequenceNumber]),
    resubmissions: readEnvelope(message).resubmissions,
    body: message.body.toString('utf8', 0, bodyBytesShown),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
