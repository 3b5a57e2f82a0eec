import { type DronePosition, topics } from '@dronedelivery/contracts';
import { outgoingMessage } from '@dronedelivery/service-kit/messages';
import type { OutboxMessage } from '@dronedelivery/service-kit/outbox';
import type { ServiceBus } from '@dronedelivery/service-kit/servicebus';
import type { SendPositions } from '../../app/positions.ts';
import { positionMessages } from './positions-message.ts';

/** One batch at a time: events of a delivery never overtake one another. */
const inOrder = { flightsMax: 1 } as const;
const positionsTimeoutMs = 2000;

/** Resolves once the broker has accepted all events. */
export function eventSender(bus: ServiceBus): (entity: string, messages: readonly OutboxMessage[]) => Promise<void> {
  return (entity, messages) => bus.sender(entity, inOrder).send(messages.map(outgoingMessage));
}

export function positionSender(bus: ServiceBus, newId: () => string): SendPositions {
  return async (positions: readonly DronePosition[], atMs: number) => {
    const messages = positionMessages(positions, atMs, newId).map(outgoingMessage);
    await bus.sender(topics.dronePositions).send(messages, { timeoutMs: positionsTimeoutMs });
  };
}

/** Opens the links, so that the first message does not pay for it. */
export async function warmSenders(bus: ServiceBus): Promise<void> {
  await Promise.all([bus.sender(topics.droneEvents, inOrder).warm(), bus.sender(topics.dronePositions).warm()]);
}
