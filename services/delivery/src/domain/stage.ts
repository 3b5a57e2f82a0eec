import type { DeliveryStage } from '@dronedelivery/contracts';

/** The only moves there are. A reschedule while the drone heads to the pickup keeps the stage. */
const nextStages: Readonly<Record<DeliveryStage, readonly DeliveryStage[]>> = {
  Created: ['Rescheduled', 'HeadedToPickup', 'Cancelled', 'Failed'],
  Rescheduled: ['Rescheduled', 'HeadedToPickup', 'Cancelled', 'Failed'],
  HeadedToPickup: ['HeadedToDropoff', 'Cancelled', 'Failed'],
  HeadedToDropoff: ['Completed', 'Failed'],
  Completed: [],
  Cancelled: [],
  Failed: [],
};

export function mayMove(from: DeliveryStage, to: DeliveryStage): boolean {
  return nextStages[from].includes(to);
}

export function isFinal(stage: DeliveryStage): boolean {
  return nextStages[stage].length === 0;
}

/** The parcel is on board: the plan can no longer change, and the delivery can no longer be cancelled. */
export function isUnderWay(stage: DeliveryStage): boolean {
  return stage === 'HeadedToDropoff';
}
