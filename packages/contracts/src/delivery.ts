import Type, { type Static } from 'typebox';
import { Id, Instant, Location, literals, nullable, Page, strict } from './common.ts';
import { ConfirmationKind, ConfirmationRequired, DeliveryPlan, ParcelSpecification } from './delivery-request.ts';

export const DeliveryStage = literals(
  'Created',
  'Rescheduled',
  'HeadedToPickup',
  'HeadedToDropoff',
  'Completed',
  'Cancelled',
  'Failed',
);
export type DeliveryStage = Static<typeof DeliveryStage>;

/** Why a stage was entered, or why a change was refused. The code is stable, the text is for people. */
export const Reason = strict({ code: Type.String({ maxLength: 64 }), text: Type.String({ maxLength: 1000 }) });
export type Reason = Static<typeof Reason>;

/** Sequence number of the queue message from which a plan stems, as decimal text. */
export const RequestSequence = Type.String({ pattern: '^\\d{1,20}$' });

/**
 * A delivery as its owner sees it. `pickup`, `dropoff`, `owner` and what describes the parcel are null only where a
 * cancel has overtaken its create.
 */
export const Delivery = strict({
  id: Id,
  owner: nullable(strict({ userId: Id, accountId: Id })),
  stage: DeliveryStage,
  reason: nullable(Reason),
  pickup: nullable(Location),
  dropoff: nullable(Location),
  pickupTime: nullable(Instant),
  deadline: nullable(Instant),
  expedited: Type.Boolean(),
  confirmationRequired: ConfirmationRequired,
  /** True between the drop-off and the confirmation that it waits for. */
  awaitingConfirmation: Type.Boolean(),
  parcel: nullable(ParcelSpecification),
  droneId: nullable(Id),
  /** Raised by every accepted change of the plan and every change of the drone. */
  planRevision: Type.Integer({ minimum: 0 }),
  /** The change that the present plan stems from. */
  requestSequence: nullable(RequestSequence),
  pickupETA: nullable(Instant),
  deliveryETA: nullable(Instant),
  pickedUpAt: nullable(Instant),
  deliveredAt: nullable(Instant),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Delivery = Static<typeof Delivery>;

export const DeliveryStatus = strict({
  stage: DeliveryStage,
  lastKnownLocation: nullable(Location),
  pickupETA: nullable(Instant),
  deliveryETA: nullable(Instant),
});
export type DeliveryStatus = Static<typeof DeliveryStatus>;

/** Data of the server-sent event `status`. */
export const DeliveryStatusEvent = strict({
  deliveryId: Id,
  stage: DeliveryStage,
  planRevision: Type.Integer({ minimum: 0 }),
  droneId: nullable(Id),
  lastKnownLocation: nullable(Location),
  pickupETA: nullable(Instant),
  deliveryETA: nullable(Instant),
  at: Instant,
});
export type DeliveryStatusEvent = Static<typeof DeliveryStatusEvent>;

export const DeliveryOwner = strict({ userId: Id, accountId: Id });
export type DeliveryOwner = Static<typeof DeliveryOwner>;

/** Lists carry the business, which an operator's list needs. */
export const DeliveryListItem = strict({ businessId: Id, ...Delivery.properties });
export type DeliveryListItem = Static<typeof DeliveryListItem>;
export const DeliveryPage = Page(DeliveryListItem);

/** Internal: what the saga stores first. */
export const PutDelivery = strict({
  ownerId: Id,
  ...DeliveryPlan.properties,
  expedited: Type.Boolean(),
  confirmationRequired: ConfirmationRequired,
  parcel: ParcelSpecification,
  requestSequence: RequestSequence,
  requestedAt: Instant,
});
export type PutDelivery = Static<typeof PutDelivery>;

/** Internal: the whole plan after an accepted reschedule. */
export const ReplanDelivery = strict({
  requestId: Id,
  requestSequence: RequestSequence,
  ...DeliveryPlan.properties,
});
export type ReplanDelivery = Static<typeof ReplanDelivery>;

/** Internal: the end of a delivery that the drone does not bring about. */
export const PutDeliveryOutcome = strict({
  stage: literals('Cancelled', 'Failed'),
  reason: Reason,
  requestId: Id,
});
export type PutDeliveryOutcome = Static<typeof PutDeliveryOutcome>;

/** Internal: a change that was asked for and not made. */
export const RecordRefusal = strict({
  requestId: Id,
  kind: literals('create', 'reschedule', 'cancel'),
  requestSequence: RequestSequence,
  reason: Reason,
});
export type RecordRefusal = Static<typeof RecordRefusal>;

export const NotifyMeRequest = Type.Object(
  {
    emailAddress: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
    sms: Type.Optional(Type.String({ pattern: '^\\+[1-9]\\d{6,14}$', description: 'a phone number in E.164 form' })),
    webhookUrl: Type.Optional(Type.String({ format: 'uri', maxLength: 2000, pattern: '^https?://' })),
    /** Stages to tell about; all of them when absent. */
    stages: Type.Optional(Type.Array(DeliveryStage, { minItems: 1, maxItems: 7, uniqueItems: true })),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type NotifyMeRequest = Static<typeof NotifyMeRequest>;

export const NotifyMeSubscription = strict({
  id: Id,
  deliveryId: Id,
  channels: Type.Array(literals('email', 'sms', 'webhook'), { minItems: 1, maxItems: 3 }),
  stages: Type.Array(DeliveryStage),
  /** Key for the webhook's signature (HMAC-SHA-256); told once. */
  webhookSecret: Type.Optional(Type.String()),
});
export type NotifyMeSubscription = Static<typeof NotifyMeSubscription>;

/** One telling of one stage over one channel; its id never changes, however often delivery is tried. */
export const Notification = strict({
  id: Id,
  deliveryId: Id,
  stage: DeliveryStage,
  planRevision: Type.Integer({ minimum: 0 }),
  channel: literals('email', 'sms', 'webhook'),
  address: Type.String(),
  state: literals('Pending', 'Sent', 'GivenUp'),
  attempts: Type.Integer({ minimum: 0 }),
  createdAt: Instant,
  sentAt: nullable(Instant),
  lastError: nullable(Type.String()),
});
export type Notification = Static<typeof Notification>;
export const NotificationPage = Page(Notification);

export const ConfirmationRequest = strict({
  type: ConfirmationKind,
  /** Where the proof is kept, or what was said: opaque here. */
  reference: Type.String({ minLength: 1, maxLength: 2000 }),
  geoCoordinates: Type.Optional(Location),
});
export type ConfirmationRequest = Static<typeof ConfirmationRequest>;

export const Confirmation = strict({
  id: Id,
  deliveryId: Id,
  ...ConfirmationRequest.properties,
  receivedAt: Instant,
});
export type Confirmation = Static<typeof Confirmation>;

export const TrackingEvent = strict({
  sequence: Type.Integer({ minimum: 1 }),
  at: Instant,
  /** Such as `created`, `assigned`, `departed`, `picked-up`, `rescheduled`, `refused`, `notified`, `completed`. */
  kind: Type.String({ maxLength: 64 }),
  stage: DeliveryStage,
  planRevision: Type.Integer({ minimum: 0 }),
  droneId: nullable(Id),
  location: nullable(Location),
  pickupETA: nullable(Instant),
  deliveryETA: nullable(Instant),
  reason: nullable(Reason),
  requestId: nullable(Id),
  traceId: nullable(Type.String()),
});
export type TrackingEvent = Static<typeof TrackingEvent>;
export const TrackingEventPage = Page(TrackingEvent);

export const DeliverySummary = strict({
  ownerId: Id,
  year: Type.Integer(),
  month: Type.Integer(),
  requested: Type.Integer({ minimum: 0 }),
  completed: Type.Integer({ minimum: 0 }),
  cancelled: Type.Integer({ minimum: 0 }),
  failed: Type.Integer({ minimum: 0 }),
  expedited: Type.Integer({ minimum: 0 }),
  completedInTime: Type.Integer({ minimum: 0 }),
});
export type DeliverySummary = Static<typeof DeliverySummary>;
