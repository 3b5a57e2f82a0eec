import { type DronePosition, eventTypes, type PositionsEvent, positionsMax, topics } from '@dronedelivery/contracts';
import { cloudEventEntry } from '@dronedelivery/service-kit/messages';
import type { OutboxEntry } from '@dronedelivery/service-kit/outbox';
import { eventSource } from './mission-message.ts';

/** After this time a position says nothing any more. */
const timeToLiveMs = 10_000;

/** Positions as they go to the topic, as many to a message as one may hold. */
export function positionMessages(
  positions: readonly DronePosition[],
  timeMs: number,
  newId: () => string,
): readonly OutboxEntry[] {
  const messages: OutboxEntry[] = [];
  for (let from = 0; from < positions.length; from += positionsMax) {
    const data: PositionsEvent['data'] = { positions: positions.slice(from, from + positionsMax) };
    const parts = { id: newId(), source: eventSource, type: eventTypes.positions, timeMs, data };
    messages.push(cloudEventEntry(topics.dronePositions, parts, { timeToLiveMs }));
  }
  return messages;
}
