import type { CreateDeliveryRequest, DroneDelivery, Location, RegisterDrone } from '@dronedelivery/contracts';
import type { SeededRandom } from './seeded-random.ts';

/** Centre of the city in which tests and demos fly. */
export const cityCentre: Location = { latitude: 47.6062, longitude: -122.3321 };

const cityRadiusDegrees = 0.03;
const hourMs = 3_600_000;

/** A place within about three kilometres of the city's centre. */
export function locationInCity(random: SeededRandom): Location {
  const offset = () => (random() * 2 - 1) * cityRadiusDegrees;
  return {
    latitude: Number((cityCentre.latitude + offset()).toFixed(6)),
    longitude: Number((cityCentre.longitude + offset()).toFixed(6)),
  };
}

/** A valid request: pickup at `nowMs`, deadline a day later; change what the test is about. */
export function deliveryRequest(nowMs: number, changes: Partial<CreateDeliveryRequest> = {}): CreateDeliveryRequest {
  return {
    ownerId: 'owner-1',
    pickupLocation: { latitude: 47.6097, longitude: -122.3331 },
    dropOffLocation: { latitude: 47.6205, longitude: -122.3493 },
    pickupTime: new Date(nowMs).toISOString(),
    deadline: new Date(nowMs + 24 * hourMs).toISOString(),
    expedited: true,
    confirmationRequired: 'None',
    packageInfo: { size: 'Small', weight: 2, tag: 'test' },
    ...changes,
  };
}

export function droneRegistration(number: number, changes: Partial<RegisterDrone> = {}): RegisterDrone {
  return { droneId: `drone-${number}`, modelId: 'model-1', stationId: 'station-1', ...changes };
}

/** The scheduler's record of a mission that has its drone and has not begun. */
export function droneDelivery(changes: Partial<DroneDelivery> = {}): DroneDelivery {
  return {
    businessId: 'acme',
    deliveryId: 'delivery-1',
    ownerId: 'owner-1',
    state: 'Assigned',
    sequence: 1,
    revision: 1,
    requestSequence: '1',
    missionId: 'mission-1',
    droneId: 'drone-1',
    location: null,
    pickupEta: null,
    deliveryEta: null,
    departedAt: null,
    pickedUpAt: null,
    deliveredAt: null,
    assignAt: null,
    reason: null,
    updatedAt: '2026-11-21T10:00:00.000Z',
    ...changes,
  };
}
