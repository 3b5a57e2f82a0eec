import type { ConfirmationKind, Location, MissionEventKind, Reason } from '@dronedelivery/contracts';
import type { DeliveryKey, Flight, Order, Plan, Subscription } from './delivery.ts';

export interface Create {
  readonly kind: 'create';
  readonly key: DeliveryKey;
  readonly order: Order;
  readonly plan: Plan;
  readonly requestSequence: string;
  readonly traceparent: string | null;
}

export interface Replan {
  readonly kind: 'replan';
  readonly plan: Plan;
  readonly requestId: string;
  readonly requestSequence: string;
}

/** End it in a way that the drone does not bring about. */
export interface End {
  readonly kind: 'end';
  readonly key: DeliveryKey;
  readonly as: 'Cancelled' | 'Failed';
  readonly reason: Reason;
  readonly requestId: string;
}

/** Record that a change was asked for and not made. */
export interface Refuse {
  readonly kind: 'refuse';
  readonly requestId: string;
  readonly reason: Reason;
}

/** News from the scheduler: one of its events, or what it answered when it was asked. */
export interface NoteMission {
  readonly kind: 'note-mission';
  readonly change: MissionEventKind;
  readonly missionId: string;
  readonly droneId: string;
  readonly revision: number;
  readonly sequence: number;
  readonly occurredAtMs: number;
  readonly location: Location | null;
  readonly flight: Flight | null;
  readonly reason: Reason | null;
  /** When the steps before this one happened, where that is known. */
  readonly departedAtMs: number | null;
  readonly pickedUpAtMs: number | null;
}

export interface Confirm {
  readonly kind: 'confirm';
  readonly id: string;
  readonly type: ConfirmationKind;
  readonly reference: string;
  readonly geoCoordinates: Location | null;
}

export interface ExpireConfirmation {
  readonly kind: 'expire-confirmation';
}

export interface Subscribe {
  readonly kind: 'subscribe';
  readonly subscription: Subscription;
}

export type DeliveryCommand = Create | Replan | End | Refuse | NoteMission | Confirm | ExpireConfirmation | Subscribe;
