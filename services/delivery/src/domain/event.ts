import type { Location, Reason } from '@dronedelivery/contracts';
import type { Confirmation, DeliveryKey, Flight, Order, Plan, Subscription } from './delivery.ts';

interface Stamped {
  readonly atMs: number;
}

/** Caused by the scheduler: carries the sequence and the revision of its record. */
interface OfMission extends Stamped {
  readonly missionSequence: number;
  readonly missionRevision: number;
  readonly location: Location | null;
}

/** What happened to a delivery. Each is one line of its history. */
export type DeliveryEvent =
  | (Stamped & {
      readonly kind: 'created' | 'details-received';
      readonly key: DeliveryKey;
      readonly order: Order;
      readonly plan: Plan;
      readonly requestSequence: string;
      readonly traceparent: string | null;
    })
  | (Stamped & {
      readonly kind: 'rescheduled';
      readonly plan: Plan;
      readonly requestId: string;
      readonly requestSequence: string;
    })
  | (Stamped & { readonly kind: 'refused'; readonly requestId: string; readonly reason: Reason })
  | (OfMission & {
      readonly kind: 'assigned' | 'replanned';
      readonly missionId: string;
      readonly droneId: string;
      readonly flight: Flight | null;
    })
  | (OfMission & { readonly kind: 'unassigned' | 'released'; readonly reason: Reason | null })
  | (OfMission & { readonly kind: 'departed' | 'picked-up' })
  | (OfMission & { readonly kind: 'delivered'; readonly confirmationDueMs: number | null })
  | (OfMission & { readonly kind: 'mission-failed'; readonly reason: Reason })
  | (Stamped & { readonly kind: 'confirmed'; readonly confirmation: Confirmation })
  | (Stamped & { readonly kind: 'completed' })
  | (Stamped & {
      readonly kind: 'cancelled' | 'failed';
      readonly key: DeliveryKey;
      readonly reason: Reason;
      readonly requestId: string | null;
    })
  | (Stamped & { readonly kind: 'notification-requested'; readonly subscription: Subscription });
