import type { CreateDeliveryRequest, Location, RegisterDrone } from '@dronedelivery/contracts';
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
