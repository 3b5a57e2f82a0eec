import type { PutDelivery, ReplanDelivery } from '@dronedelivery/contracts';

/** Far enough ahead that no test reaches it. */
export const pickupMs = Math.ceil(Date.now() / 1000) * 1000 + 600_000;

const plan = {
  pickup: { latitude: 47.6, longitude: -122.3 },
  dropOff: { latitude: 47.65, longitude: -122.35 },
  pickupTime: new Date(pickupMs).toISOString(),
  deadline: new Date(pickupMs + 7_200_000).toISOString(),
};

export function putBody(changes: Partial<PutDelivery> = {}): PutDelivery {
  return {
    ...plan,
    ownerId: 'owner-1',
    expedited: false,
    confirmationRequired: 'None',
    parcel: { packageId: 'package-1', size: 'Small', weightKg: 2 },
    requestSequence: '100',
    requestedAt: new Date(pickupMs - 600_000).toISOString(),
    ...changes,
  };
}

export function replanBody(changes: Partial<ReplanDelivery> = {}): ReplanDelivery {
  const dropOff = { latitude: 47.7, longitude: -122.4 };
  return { ...plan, dropOff, requestId: 'request-2', requestSequence: '101', ...changes };
}
