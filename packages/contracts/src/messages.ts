import Type, { type Static } from 'typebox';
import { Id, Instant, Location, strict } from './common.ts';
import { ConfirmationRequired, DeliveryPlan, ParcelSpecification } from './delivery-request.ts';

/** Entities of the Service Bus namespace. */
export const queues = { deliveryRequests: 'delivery-requests', parked: 'delivery-requests-parked' } as const;
export const topics = {
  droneEvents: 'drone-events',
  dronePositions: 'drone-positions',
  deliveryEvents: 'delivery-events',
} as const;
export const subscriptions = { delivery: 'delivery' } as const;

const addressed = {
  schemaVersion: Type.Literal(1),
  businessId: Id,
  deliveryId: Id,
  /** Names this request in the delivery's history; unique for each accepted HTTP request. */
  requestId: Id,
  requestedAt: Instant,
};

export const CreateDeliveryMessage = strict({
  kind: Type.Literal('create'),
  ...addressed,
  ownerId: Id,
  plan: DeliveryPlan,
  expedited: Type.Boolean(),
  confirmationRequired: ConfirmationRequired,
  parcel: ParcelSpecification,
});
export type CreateDeliveryMessage = Static<typeof CreateDeliveryMessage>;

export const PlanChanges = Type.Object(
  {
    pickup: Type.Optional(Location),
    dropOff: Type.Optional(Location),
    pickupTime: Type.Optional(Instant),
    deadline: Type.Optional(Instant),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type PlanChanges = Static<typeof PlanChanges>;

export const RescheduleDeliveryMessage = strict({
  kind: Type.Literal('reschedule'),
  ...addressed,
  changes: PlanChanges,
});
export type RescheduleDeliveryMessage = Static<typeof RescheduleDeliveryMessage>;

export const CancelDeliveryMessage = strict({ kind: Type.Literal('cancel'), ...addressed });
export type CancelDeliveryMessage = Static<typeof CancelDeliveryMessage>;

/** Body of a message on `delivery-requests`: JSON, told apart by `kind`. */
export const DeliveryRequestMessage = Type.Union([
  CreateDeliveryMessage,
  RescheduleDeliveryMessage,
  CancelDeliveryMessage,
]);
export type DeliveryRequestMessage = Static<typeof DeliveryRequestMessage>;

/** Application properties of a message on `delivery-requests`. */
export const messageProperties = {
  /** How often this request was sent again as a delayed copy; absent or 0 for the original. */
  attempt: 'attempt',
  /** Message id of the original, from which the copies' ids are formed: `{original}:{attempt}`. */
  originalMessageId: 'originalMessageId',
  /** Sequence number of the original, as decimal text: orders the changes of one delivery. */
  originalSequenceNumber: 'originalSequenceNumber',
  /**
   * Why the copy was sent: `later-pickup`, `no-drone-available`, `transient`, `before-create`, `release-pending`,
   * `resubmitted`.
   */
  delayReason: 'delayReason',
  /** How many copies in a row had this reason, this one included. */
  tries: 'tries',
  /** Code of the fault for which the request is being undone; such a copy goes on undoing it. */
  compensation: 'compensation',
  /** How often the supervisor has resubmitted the request. */
  resubmissions: 'resubmissions',
  /** Lets a subscription or an operator filter without reading the body. */
  businessId: 'businessId',
  deliveryId: 'deliveryId',
  kind: 'kind',
} as const;
