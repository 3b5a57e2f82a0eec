import type { Delivery, DeliveryPlan, PlanChanges } from '@dronedelivery/contracts';

export type MergedPlan =
  | { readonly kind: 'plan'; readonly plan: DeliveryPlan }
  | { readonly kind: 'impossible'; readonly code: string; readonly text: string };

/** The plan that a delivery has now; undefined where a cancel came before the create. */
export function planOf(delivery: Delivery): DeliveryPlan | undefined {
  const { pickup, dropoff, pickupTime, deadline } = delivery;
  if (pickup === null || dropoff === null || pickupTime === null || deadline === null) return undefined;
  return { pickup, dropOff: dropoff, pickupTime, deadline };
}

/** Applies changes to a plan. A pickup earlier than now is taken as now. */
export function mergePlan(plan: DeliveryPlan, changes: PlanChanges, nowMs: number): MergedPlan {
  const wanted = { ...plan, ...changes };
  const pickupMs = Math.max(Date.parse(wanted.pickupTime), nowMs);
  const merged = { ...wanted, pickupTime: new Date(pickupMs).toISOString() };
  if (Date.parse(merged.deadline) <= pickupMs) return impossible('The deadline is not after the pickup.');
  if (isSamePlace(merged)) return impossible('Pickup and drop-off are the same place.');
  return { kind: 'plan', plan: merged };
}

function impossible(text: string): MergedPlan {
  return { kind: 'impossible', code: 'validation-failed', text };
}

function isSamePlace({ pickup, dropOff }: DeliveryPlan): boolean {
  return pickup.latitude === dropOff.latitude && pickup.longitude === dropOff.longitude;
}
