import type {
  CancelDeliveryMessage,
  CreateDeliveryMessage,
  CreateDeliveryRequest,
  Location,
  LocationInput,
  PlanChanges,
  RescheduleDeliveryMessage,
  RescheduleDeliveryRequest,
} from '@dronedelivery/contracts';
import { deadlineOf } from '../domain/check-request.ts';
import { readLocation } from '../domain/location-input.ts';
import type { RequestIds } from './identify.ts';

export interface Acceptance extends RequestIds {
  readonly businessId: string;
  readonly nowMs: number;
}

/** The bodies come here checked: what cannot be read is a fault of ours. */
export function createMessage(body: CreateDeliveryRequest, ownerId: string, of: Acceptance): CreateDeliveryMessage {
  const { expedited, confirmationRequired, packageInfo } = body;
  const { packageId = of.deliveryId, size, weight: weightKg, tag } = packageInfo;
  return {
    kind: 'create',
    ...addressed(of),
    ownerId,
    plan: {
      pickup: locationOf(body.pickupLocation),
      dropOff: locationOf(body.dropOffLocation),
      pickupTime: instant(body.pickupTime),
      deadline: instant(deadlineOf(body.deadline, body.pickupTime)),
    },
    expedited,
    confirmationRequired,
    parcel: { packageId, size, weightKg, ...(tag === undefined ? {} : { tag }) },
  };
}

export function rescheduleMessage(body: RescheduleDeliveryRequest, of: Acceptance): RescheduleDeliveryMessage {
  const { pickupLocation, dropOffLocation, pickupTime, deadline } = body;
  const changes: PlanChanges = {
    ...(pickupLocation === undefined ? {} : { pickup: locationOf(pickupLocation) }),
    ...(dropOffLocation === undefined ? {} : { dropOff: locationOf(dropOffLocation) }),
    ...(pickupTime === undefined ? {} : { pickupTime: instant(pickupTime) }),
    ...(deadline === undefined ? {} : { deadline: instant(deadline) }),
  };
  return { kind: 'reschedule', ...addressed(of), changes };
}

export function cancelMessage(of: Acceptance): CancelDeliveryMessage {
  return { kind: 'cancel', ...addressed(of) };
}

function addressed({ businessId, deliveryId, requestId, nowMs }: Acceptance) {
  return { schemaVersion: 1 as const, businessId, deliveryId, requestId, requestedAt: new Date(nowMs).toISOString() };
}

function locationOf(input: LocationInput): Location {
  const location = readLocation(input);
  if (location === undefined) throw new TypeError('a location was not checked');
  return location;
}

/** The same moment in the one form that all services use. */
function instant(text: string): string {
  return new Date(text).toISOString();
}
