import type { CreateDeliveryRequest } from '@dronedelivery/contracts';

/** Two places some minutes of flight apart, within reach of the simulated stations. */
const center = { latitude: 47.6062, longitude: -122.3321 } as const;

/** @param random a number from 0 to 1 that varies the places. */
export function demoRequest(now: number, random: () => number): CreateDeliveryRequest {
  const near = () => ({
    latitude: round(center.latitude + (random() - 0.5) * 0.04),
    longitude: round(center.longitude + (random() - 0.5) * 0.06),
  });
  return {
    pickupLocation: near(),
    dropOffLocation: near(),
    pickupTime: new Date(now).toISOString(),
    deadline: '',
    expedited: true,
    confirmationRequired: 'None',
    packageInfo: { size: 'Small', weight: 2, tag: 'demo' },
  };
}

function round(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5;
}
