import { type DronePosition, eventTypes, type PositionsEvent, positionsMax } from '@dronedelivery/contracts';
import { eventSource } from './mission-message.ts';

/** Positions as they go to the topic, as many to an event as one may hold. */
export function positionEvents(
  positions: readonly DronePosition[],
  at: string,
  newId: () => string,
): readonly PositionsEvent[] {
  const events: PositionsEvent[] = [];
  for (let from = 0; from < positions.length; from += positionsMax) {
    events.push({
      specversion: '1.0',
      id: newId(),
      source: eventSource,
      type: eventTypes.positions,
      time: at,
      datacontenttype: 'application/json',
      data: { positions: positions.slice(from, from + positionsMax) },
    });
  }
  return events;
}
