import type { DeliveryStage, DroneDelivery, MissionState } from '@dronedelivery/contracts';

/** Written down a second time on purpose: the services' own tables are what is being checked. */
const nextStages: Readonly<Record<DeliveryStage, readonly DeliveryStage[]>> = {
  Created: ['Rescheduled', 'HeadedToPickup', 'Cancelled', 'Failed'],
  Rescheduled: ['Rescheduled', 'HeadedToPickup', 'Cancelled', 'Failed'],
  HeadedToPickup: ['HeadedToDropoff', 'Cancelled', 'Failed'],
  HeadedToDropoff: ['Completed', 'Failed'],
  Completed: [],
  Cancelled: [],
  Failed: [],
};
const boundStates: readonly MissionState[] = [
  'Assigned',
  'EnRouteToPickup',
  'Loading',
  'EnRouteToDropoff',
  'Unloading',
];

export function mayFollow(from: DeliveryStage, to: DeliveryStage): boolean {
  return from === to || nextStages[from].includes(to);
}

export function hasEnded(stage: DeliveryStage): boolean {
  return nextStages[stage].length === 0;
}

/** A drone is reserved for it. */
export function isBound({ state }: DroneDelivery): boolean {
  return boundStates.includes(state);
}

export function isOver({ state }: DroneDelivery): boolean {
  return state === 'Delivered' || state === 'Failed' || state === 'Released';
}

/** Names a delivery across businesses. */
export function deliveryKey(businessId: string, deliveryId: string): string {
  return `${businessId}/${deliveryId}`;
}
