import type {
  CancelDeliveryMessage,
  CreateDeliveryMessage,
  Delivery,
  DroneDelivery,
  RescheduleDeliveryMessage,
} from '@dronedelivery/contracts';
import { droneDelivery } from '@dronedelivery/testing';
import type { Circumstances, SagaPolicy } from '../src/domain/policy.ts';
import type { DeliveryRequest, Envelope } from '../src/domain/request.ts';

export const noonMs = Date.parse('2026-11-21T12:00:00Z');
export const minuteMs = 60_000;

export function at(minutesFromNoon: number): string {
  return new Date(noonMs + minutesFromNoon * minuteMs).toISOString();
}

export const policy: SagaPolicy = {
  assignAheadMs: 15 * minuteMs,
  noDroneDelay: { firstMs: 2000, maxMs: 60_000 },
  transientDelay: { firstMs: 2000, maxMs: 60_000 },
  beforeCreateDelayMs: 6000,
  beforeCreateTriesMax: 20,
  releasePendingDelayMs: 10_000,
  deadlineGraceMs: 60_000,
  transientTriesMax: 1440,
  ageMaxMs: 8 * 24 * 60 * minuteMs,
};

export function circumstances(nowMs = noonMs): Circumstances {
  return { nowMs, jitter: 0, policy };
}

const addressed = {
  schemaVersion: 1 as const,
  businessId: 'acme',
  deliveryId: 'd1',
  requestId: 'r1',
  requestedAt: at(0),
};

export const plan = {
  pickup: { latitude: 47.6, longitude: -122.3 },
  dropOff: { latitude: 47.62, longitude: -122.35 },
  pickupTime: at(5),
  deadline: at(60),
};

export const parcel = { packageId: 'p1', size: 'Small', weightKg: 2 } as const;

export function envelope(changes: Partial<Envelope> = {}): Envelope {
  return {
    messageId: 'm1',
    attempt: 0,
    originalMessageId: 'm1',
    sequence: '7',
    tries: 0,
    resubmissions: 0,
    redeliveries: 0,
    enqueuedAtMs: noonMs,
    ...changes,
  };
}

export function createRequest(
  of: Partial<CreateDeliveryMessage> = {},
  came: Partial<Envelope> = {},
): DeliveryRequest<CreateDeliveryMessage> {
  const message = {
    kind: 'create' as const,
    ...addressed,
    ownerId: 'o1',
    plan,
    expedited: false,
    confirmationRequired: 'None' as const,
    parcel,
    ...of,
  };
  return { message, envelope: envelope(came) };
}

export function rescheduleRequest(
  changes: RescheduleDeliveryMessage['changes'] = { pickupTime: at(10) },
  came: Partial<Envelope> = {},
): DeliveryRequest<RescheduleDeliveryMessage> {
  return { message: { kind: 'reschedule', ...addressed, changes }, envelope: envelope({ sequence: '9', ...came }) };
}

export function cancelRequest(came: Partial<Envelope> = {}): DeliveryRequest<CancelDeliveryMessage> {
  return { message: { kind: 'cancel', ...addressed }, envelope: envelope({ sequence: '9', ...came }) };
}

export function delivery(changes: Partial<Delivery> = {}): Delivery {
  return {
    id: 'd1',
    owner: { userId: 'o1', accountId: 'acme' },
    stage: 'Created',
    reason: null,
    pickup: plan.pickup,
    dropoff: plan.dropOff,
    pickupTime: plan.pickupTime,
    deadline: plan.deadline,
    expedited: false,
    confirmationRequired: 'None',
    awaitingConfirmation: false,
    parcel,
    droneId: null,
    planRevision: 1,
    requestSequence: '7',
    pickupETA: null,
    deliveryETA: null,
    pickedUpAt: null,
    deliveredAt: null,
    createdAt: at(0),
    updatedAt: at(0),
    ...changes,
  };
}

export function mission(changes: Partial<DroneDelivery> = {}): DroneDelivery {
  return droneDelivery({ deliveryId: 'd1', ownerId: 'o1', requestSequence: '7', updatedAt: at(0), ...changes });
}
