import type {
  ConfirmationKind,
  ConfirmationRequired,
  DeliveryStage,
  DronePerformance,
  Location,
  ParcelSpecification,
  Reason,
} from '@dronedelivery/contracts';

export interface DeliveryKey {
  readonly businessId: string;
  readonly id: string;
}

/** What was requested and never changes. */
export interface Order {
  readonly ownerId: string;
  readonly expedited: boolean;
  readonly confirmationRequired: ConfirmationRequired;
  readonly parcel: ParcelSpecification;
  readonly requestedAtMs: number;
}

/** When and where: what a reschedule changes. */
export interface Plan {
  readonly pickup: Location;
  readonly dropOff: Location;
  readonly pickupTimeMs: number;
  readonly deadlineMs: number;
}

/** How the drone means to fly the plan. */
export interface Flight {
  readonly pickup: Location;
  readonly dropOff: Location;
  readonly pickupTimeMs: number;
  readonly departAtMs: number;
  readonly pickupEtaMs: number;
  readonly deliveryEtaMs: number;
  readonly payloadKg: number;
  readonly loadingS: number;
  readonly unloadingS: number;
  readonly performance: DronePerformance;
}

export interface Mission {
  readonly missionId: string;
  readonly droneId: string;
  /** Null where the event that carried it was missed. */
  readonly flight: Flight | null;
  readonly departedAtMs: number | null;
}

export interface Confirmation {
  readonly id: string;
  readonly type: ConfirmationKind;
  readonly reference: string;
  readonly geoCoordinates: Location | null;
  readonly receivedAtMs: number;
}

export type NotificationChannel = 'email' | 'sms' | 'webhook';

export interface NotificationTarget {
  readonly channel: NotificationChannel;
  readonly address: string;
}

/** Somebody who asked to be told about stages. */
export interface Subscription {
  readonly id: string;
  readonly targets: readonly NotificationTarget[];
  readonly stages: readonly DeliveryStage[];
  readonly webhookSecret: string | null;
}

export const subscriptionsMax = 10;
/** Refused requests that are remembered, so that a repeated refusal is recorded once. */
export const refusedRequestsMax = 32;

export interface DeliveryState extends DeliveryKey {
  readonly stage: DeliveryStage;
  readonly reason: Reason | null;
  /** Null, as the plan, only where a cancel or a failure has overtaken the create. */
  readonly order: Order | null;
  readonly plan: Plan | null;
  /** The change that the present plan stems from. */
  readonly requestSequence: string | null;
  readonly planRevision: number;
  readonly mission: Mission | null;
  /** Of the scheduler's record: what is not above is old. */
  readonly missionSequence: number;
  readonly missionRevision: number;
  /** Until when the proof of receipt is waited for; null when none is being waited for. */
  readonly confirmationDueMs: number | null;
  readonly confirmation: Confirmation | null;
  readonly subscriptions: readonly Subscription[];
  readonly refusedRequests: readonly string[];
  readonly pickedUpAtMs: number | null;
  readonly deliveredAtMs: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly endedAtMs: number | null;
  /** Sequence number of the last event; every change raises it, so that it also serves as the version. */
  readonly historySequence: number;
  /** Trace of the request that created it. */
  readonly traceparent: string | null;
}
