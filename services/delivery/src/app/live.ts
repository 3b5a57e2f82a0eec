import type { DronePosition, MissionEvent, PositionsEvent } from '@dronedelivery/contracts';
import type { IgnoredBecause } from '../domain/decision.ts';
import type { ObservedPosition } from '../domain/live-position.ts';
import type { DeliveryEvents } from '../events.ts';
import type { Execute } from './execute.ts';
import { newsOfEvent } from './mission-news.ts';
import type { InFlightDeliveries } from './ports.ts';

export async function noteMissionEvent(
  { data }: MissionEvent,
  execute: Execute,
  events: DeliveryEvents,
): Promise<void> {
  const { decision } = await execute({ businessId: data.businessId, id: data.deliveryId }, newsOfEvent(data));
  const because: IgnoredBecause | 'unknown' | undefined =
    decision.kind === 'ignored' ? decision.because : decision.kind === 'refused' ? 'unknown' : undefined;
  if (because !== undefined) events.missionNewsIgnored(data, because);
}

export async function notePositions(
  { data }: PositionsEvent,
  inFlight: InFlightDeliveries,
  nowMs: number,
  events: DeliveryEvents,
): Promise<void> {
  const positions = data.positions.map(observed);
  const taken = await inFlight.recordPositions(positions, nowMs);
  events.positionsNoted(taken, positions.length - taken);
}

function observed({ businessId, deliveryId, at, revision: _, ...position }: DronePosition): ObservedPosition {
  return { ...position, key: { businessId, id: deliveryId }, atMs: Date.parse(at) };
}
