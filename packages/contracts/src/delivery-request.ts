import Type, { type Static } from 'typebox';
import { Id, Instant, Location, LocationInput, literals, strict } from './common.ts';

export const ConfirmationRequired = literals('None', 'FingerPrint', 'Picture', 'Voice');
export type ConfirmationRequired = Static<typeof ConfirmationRequired>;

export const ConfirmationKind = literals('FingerPrint', 'Picture', 'Voice');
export type ConfirmationKind = Static<typeof ConfirmationKind>;

export const PackageSize = literals('Small', 'Medium', 'Large');
export type PackageSize = Static<typeof PackageSize>;

/** Heaviest parcel, in kilograms, that any drone model may be declared to carry. */
export const parcelWeightKgMax = 50;

export const Weight = Type.Number({ exclusiveMinimum: 0, maximum: parcelWeightKgMax, description: 'kilograms' });
export const Tag = Type.String({ maxLength: 256 });

/** What a customer sends. Field names are those of the published reference API. */
export const CreateDeliveryRequest = strict({
  ownerId: Type.Optional(Id),
  pickupLocation: LocationInput,
  dropOffLocation: LocationInput,
  pickupTime: Instant,
  /** Missing or empty: 24 hours after the pickup. */
  deadline: Type.Optional(
    Type.Union([Type.Literal(''), Instant], { description: 'an RFC 3339 date-time with a zone, or empty' }),
  ),
  expedited: Type.Boolean(),
  confirmationRequired: ConfirmationRequired,
  packageInfo: strict({
    packageId: Type.Optional(Id),
    size: PackageSize,
    weight: Weight,
    tag: Type.Optional(Tag),
  }),
});
export type CreateDeliveryRequest = Static<typeof CreateDeliveryRequest>;

/** The request echoed, with everything filled in that was left to us. */
export const DeliveryRequestAccepted = strict({
  deliveryId: Id,
  ownerId: Id,
  pickupLocation: LocationInput,
  dropOffLocation: LocationInput,
  pickupTime: Instant,
  deadline: Instant,
  expedited: Type.Boolean(),
  confirmationRequired: ConfirmationRequired,
  packageInfo: strict({ packageId: Id, size: PackageSize, weight: Weight, tag: Type.Optional(Tag) }),
});
export type DeliveryRequestAccepted = Static<typeof DeliveryRequestAccepted>;

export const RescheduleDeliveryRequest = Type.Object(
  {
    pickupLocation: Type.Optional(LocationInput),
    dropOffLocation: Type.Optional(LocationInput),
    pickupTime: Type.Optional(Instant),
    deadline: Type.Optional(Instant),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type RescheduleDeliveryRequest = Static<typeof RescheduleDeliveryRequest>;

export const ChangeAccepted = strict({ deliveryId: Id, requestId: Id });
export type ChangeAccepted = Static<typeof ChangeAccepted>;

export const ParcelSpecification = strict({
  packageId: Id,
  size: PackageSize,
  weightKg: Weight,
  tag: Type.Optional(Tag),
});
export type ParcelSpecification = Static<typeof ParcelSpecification>;

/** When and where: what a reschedule may change. */
export const DeliveryPlan = strict({
  pickup: Location,
  dropOff: Location,
  pickupTime: Instant,
  deadline: Instant,
});
export type DeliveryPlan = Static<typeof DeliveryPlan>;
