import type {
  Confirmation,
  Delivery,
  DeliveryListItem,
  DeliveryStatus,
  DeliveryStatusEvent,
  Location,
} from '@dronedelivery/contracts';
import { type ArrivalSurroundings, estimateArrivals } from '../domain/arrivals.ts';
import type { DeliveryState, Confirmation as ReceivedConfirmation } from '../domain/delivery.ts';
import type { DeliveryRecord } from './ports.ts';

/** A delivery as its owner sees it, with the times of arrival as of now. */
export function deliveryView({ state, position }: DeliveryRecord, surroundings: ArrivalSurroundings): Delivery {
  const { order, plan } = state;
  const arrivals = estimateArrivals(state, position, surroundings);
  return {
    id: state.id,
    owner: order && { userId: order.ownerId, accountId: state.businessId },
    stage: state.stage,
    reason: state.reason,
    pickup: plan?.pickup ?? null,
    dropoff: plan?.dropOff ?? null,
    pickupTime: instantOrNull(plan?.pickupTimeMs),
    deadline: instantOrNull(plan?.deadlineMs),
    expedited: order?.expedited ?? false,
    confirmationRequired: order?.confirmationRequired ?? 'None',
    awaitingConfirmation: state.confirmationDueMs !== null,
    parcel: order?.parcel ?? null,
    droneId: state.mission?.droneId ?? null,
    planRevision: state.planRevision,
    requestSequence: state.requestSequence,
    pickupETA: instantOrNull(arrivals.pickupMs),
    deliveryETA: instantOrNull(arrivals.deliveryMs),
    pickedUpAt: instantOrNull(state.pickedUpAtMs),
    deliveredAt: instantOrNull(state.deliveredAtMs),
    createdAt: instant(state.createdAtMs),
    updatedAt: instant(state.updatedAtMs),
  };
}

export function listItemView(record: DeliveryRecord, surroundings: ArrivalSurroundings): DeliveryListItem {
  return { businessId: record.state.businessId, ...deliveryView(record, surroundings) };
}

export function statusView({ state, position }: DeliveryRecord, surroundings: ArrivalSurroundings): DeliveryStatus {
  const arrivals = estimateArrivals(state, position, surroundings);
  return {
    stage: state.stage,
    lastKnownLocation: position?.location ?? null,
    pickupETA: instantOrNull(arrivals.pickupMs),
    deliveryETA: instantOrNull(arrivals.deliveryMs),
  };
}

export function statusEventView(record: DeliveryRecord, surroundings: ArrivalSurroundings): DeliveryStatusEvent {
  const { state } = record;
  return {
    deliveryId: state.id,
    planRevision: state.planRevision,
    droneId: state.mission?.droneId ?? null,
    ...statusView(record, surroundings),
    at: instant(surroundings.nowMs),
  };
}

export function confirmationView({ id: deliveryId }: DeliveryState, received: ReceivedConfirmation): Confirmation {
  const { id, type, reference, geoCoordinates, receivedAtMs } = received;
  const place: { geoCoordinates?: Location } = geoCoordinates === null ? {} : { geoCoordinates };
  return { id, deliveryId, type, reference, ...place, receivedAt: instant(receivedAtMs) };
}

export function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}

export function instantOrNull(atMs: number | null | undefined): string | null {
  return atMs === null || atMs === undefined ? null : instant(atMs);
}
