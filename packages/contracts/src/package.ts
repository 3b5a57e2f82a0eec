import Type, { type Static } from 'typebox';
import { Id, Instant, strict } from './common.ts';
import { PackageSize, Tag, Weight } from './delivery-request.ts';

export const Package = strict({
  id: Id,
  ownerId: Type.Union([Id, Type.Null()]),
  size: PackageSize,
  /** Kilograms. */
  weight: Type.Number(),
  tag: Type.Union([Tag, Type.Null()]),
  /** Size and weight can no longer change. */
  fixed: Type.Boolean(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Package = Static<typeof Package>;

export const PutPackage = strict({
  size: PackageSize,
  weight: Weight,
  tag: Type.Optional(Tag),
  ownerId: Type.Optional(Id),
  /** Only from the saga: fixes size and weight, and counts the package in its owner's month. */
  deliveryId: Type.Optional(Id),
});
export type PutPackage = Static<typeof PutPackage>;

export const PatchPackage = Type.Object(
  { size: Type.Optional(PackageSize), weight: Type.Optional(Weight), tag: Type.Optional(Tag) },
  { additionalProperties: false, minProperties: 1 },
);
export type PatchPackage = Static<typeof PatchPackage>;

export const PackageSummary = strict({
  ownerId: Id,
  year: Type.Integer(),
  month: Type.Integer(),
  packages: Type.Integer({ minimum: 0 }),
  /** Kilograms. */
  totalWeight: Type.Number({ minimum: 0 }),
  bySize: strict({
    Small: Type.Integer({ minimum: 0 }),
    Medium: Type.Integer({ minimum: 0 }),
    Large: Type.Integer({ minimum: 0 }),
  }),
});
export type PackageSummary = Static<typeof PackageSummary>;
