import type { DeliveryListItem, DroneDelivery } from '@dronedelivery/contracts';
import type { Snapshot } from './snapshot.ts';
import { deliveryKey, hasEnded, isOver } from './states.ts';
import type { Limits, Violation } from './violation.ts';

type Finding = Omit<Violation, 'invariant'>;

/** I1: whatever was accepted has ended, can still end in time, or lies among the dead letters. */
export function findLost(snapshot: Snapshot, limits: Limits): Violation[] {
  const found = [...neverRecorded(snapshot), ...overdue(snapshot, limits), ...stuck(snapshot, limits)];
  return [...found, ...abandoned(snapshot)].map((finding) => ({ invariant: 'I1', ...finding }));
}

function neverRecorded({ accepted, deliveries, deadLetters, requestsWaiting }: Snapshot): Finding[] {
  const known = new Set([...deliveries.map(({ id }) => id), ...deadLetters.map(({ deliveryId }) => deliveryId)]);
  const text = 'was accepted, but is neither a delivery nor a dead letter';
  return accepted
    .filter((id) => !known.has(id))
    .map((id) => ({ ids: [id], text, ...(requestsWaiting > 0 ? { maySettle: true } : {}) }));
}

function overdue(snapshot: Snapshot, { lateMs }: Limits): Finding[] {
  const lying = new Set(snapshot.deadLetters.map(({ deliveryId }) => deliveryId));
  return snapshot.deliveries.flatMap(({ id, stage, deadline }) => {
    const isLate = deadline !== null && Date.parse(deadline) + lateMs < snapshot.takenAtMs;
    if (hasEnded(stage) || !isLate || lying.has(id)) return [];
    return [{ ids: [id], text: `is ${stage} long after its deadline ${deadline}` }];
  });
}

/** The scheduler has told the end of the mission, or delivery should have asked for it. */
function stuck(snapshot: Snapshot, { missionEndMs }: Limits): Finding[] {
  const missions = missionsByDelivery(snapshot.missions);
  return snapshot.deliveries.flatMap(({ businessId, id, stage, awaitingConfirmation }) => {
    const mission = missions.get(deliveryKey(businessId, id));
    if (hasEnded(stage) || awaitingConfirmation || mission === undefined || !isOver(mission)) return [];
    if (Date.parse(mission.updatedAt) + missionEndMs > snapshot.takenAtMs) return [];
    return [{ ids: [id], text: `is ${stage} although its mission ended as ${mission.state} at ${mission.updatedAt}` }];
  });
}

/**
 * A delivery for which the scheduler has nothing to do is carried on by a message alone. Messages cannot be told apart
 * from outside, but there must not be fewer of them than such deliveries.
 */
function abandoned({ deliveries, missions, deadLetters, requestsWaiting }: Snapshot): Finding[] {
  const known = missionsByDelivery(missions);
  const lying = new Set(deadLetters.map(({ deliveryId }) => deliveryId));
  const needy = deliveries.filter(
    (delivery) =>
      needsMessage(delivery, known.get(deliveryKey(delivery.businessId, delivery.id))) && !lying.has(delivery.id),
  );
  if (needy.length <= requestsWaiting) return [];
  const text = 'waits for its request, but fewer requests are in the queue than deliveries wait for theirs';
  return needy.map(({ id }) => ({ ids: [id], text }));
}

function needsMessage({ stage, droneId }: DeliveryListItem, mission: DroneDelivery | undefined): boolean {
  const isWaiting = (stage === 'Created' || stage === 'Rescheduled') && droneId === null;
  return isWaiting && (mission === undefined || mission.state === 'Deferred');
}

function missionsByDelivery(missions: readonly DroneDelivery[]): ReadonlyMap<string, DroneDelivery> {
  return new Map(missions.map((mission) => [deliveryKey(mission.businessId, mission.deliveryId), mission]));
}
