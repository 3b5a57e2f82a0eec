import type { DeliveryListItem, DroneDelivery } from '@dronedelivery/contracts';
import type { Snapshot } from './snapshot.ts';
import { deliveryKey, hasEnded, isBound } from './states.ts';
import type { Limits, Violation } from './violation.ts';

/** I5: no drone stays reserved for a delivery that has ended or that nobody knows. */
export function findOrphans({ takenAtMs, deliveries, missions }: Snapshot, { orphanMs }: Limits): Violation[] {
  const known = new Map(deliveries.map((delivery) => [deliveryKey(delivery.businessId, delivery.id), delivery]));
  return missions.filter(isBound).flatMap((mission) => {
    const delivery = known.get(deliveryKey(mission.businessId, mission.deliveryId));
    const sinceMs = orphanedSince(mission, delivery);
    if (sinceMs === undefined || sinceMs + orphanMs > takenAtMs) return [];
    const why = delivery === undefined ? 'nobody knows' : `is ${delivery.stage}`;
    const ids = [mission.droneId ?? 'no drone', mission.deliveryId];
    return [{ invariant: 'I5', ids, text: `the drone is reserved for a delivery that ${why}` } as const];
  });
}

function orphanedSince(mission: DroneDelivery, delivery: DeliveryListItem | undefined): number | undefined {
  if (delivery === undefined) return Date.parse(mission.updatedAt);
  return hasEnded(delivery.stage) ? Date.parse(delivery.updatedAt) : undefined;
}
