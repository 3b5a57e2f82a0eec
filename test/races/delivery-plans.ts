import type { DeliveryStage } from '@dronedelivery/contracts';

export const farPickup = { latitude: 47.63, longitude: -122.295 } as const;
export const newDropOff = { latitude: 47.6155, longitude: -122.3205 } as const;

export function pickupTimeIn(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

/** All of them will have ended so. */
export function endingAs(stage: DeliveryStage, ids: readonly string[]): ReadonlyMap<string, DeliveryStage> {
  return new Map(ids.map((id) => [id, stage]));
}
