import type {
  DeadLetter,
  DeliveryListItem,
  Drone,
  DroneDelivery,
  DroneModel,
  Notification,
  TrackingEvent,
} from '@dronedelivery/contracts';

/** What a running system says of itself over HTTP. Its parts are read one after the other, so they may disagree for a moment. */
export interface Snapshot {
  readonly takenAtMs: number;
  /** Of all businesses. */
  readonly deliveries: readonly DeliveryListItem[];
  readonly details: readonly DeliveryDetails[];
  readonly missions: readonly DroneDelivery[];
  readonly drones: readonly Drone[];
  readonly models: readonly DroneModel[];
  readonly deadLetters: readonly DeadLetter[];
  /** Messages that wait in the queue of requests: to be handled now, later, or being handled. */
  readonly requestsWaiting: number;
  /** Deliveries whose request the caller knows to have been answered with 202. */
  readonly accepted: readonly string[];
  readonly tenant: TenantView;
}

export interface DeliveryDetails {
  readonly businessId: string;
  readonly deliveryId: string;
  /** Oldest first. */
  readonly history: readonly TrackingEvent[];
  readonly notifications: readonly Notification[];
}

/** What one business sees with its own token. */
export interface TenantView {
  readonly businessId: string;
  readonly deliveries: readonly { readonly businessId: string; readonly id: string }[];
  readonly probes: readonly Probe[];
}

/** A request that has to be refused, and how it was answered. */
export interface Probe {
  readonly path: string;
  readonly expectedStatus: number;
  readonly status: number;
}
