import type { CreateDeliveryMessage, DeliveryPlan, PlanChanges, PutDelivery } from '@dronedelivery/contracts';
import { cancelRequest, createRequest, plan, rescheduleRequest } from './requests.ts';

const hourMs = 3_600_000;

export function soon(afterMs: number): string {
  return new Date(Date.now() + afterMs).toISOString();
}

/** A plan for now, with an hour of time. */
export function nowPlan(changes: Partial<DeliveryPlan> = {}): DeliveryPlan {
  return { ...plan, pickupTime: soon(0), deadline: soon(hourMs), ...changes };
}

export function create(id: string, changes: Partial<CreateDeliveryMessage> = {}): CreateDeliveryMessage {
  const parcel = { packageId: `p-${id}`, size: 'Small', weightKg: 2 } as const;
  return { ...createRequest({ plan: nowPlan(), parcel }).message, ...named(id, 'create'), ...changes };
}

export function cancel(id: string) {
  return { ...cancelRequest().message, ...named(id, 'cancel') };
}

export function reschedule(id: string, changes: PlanChanges) {
  return { ...rescheduleRequest(changes).message, ...named(id, 'reschedule') };
}

/** A delivery as some create before has stored it. */
export function deliveryOf(id: string): PutDelivery {
  const { ownerId, plan: planned, parcel, expedited, confirmationRequired, requestedAt } = create(id);
  return { ownerId, ...planned, parcel, expedited, confirmationRequired, requestedAt, requestSequence: '0' };
}

function named(id: string, what: string) {
  return { deliveryId: id, requestId: `${what}-${id}`, requestedAt: soon(0) };
}
