import Type, { type Static } from 'typebox';
import { literals } from './common.ts';

/**
 * `shipper` acts for a business, `business-admin` also manages its users and clients, `operator` is Fabrikam's staff,
 * `drone` reports telemetry, `service` is one of our own services.
 */
export const Role = literals('shipper', 'business-admin', 'operator', 'drone', 'service');
export type Role = Static<typeof Role>;

/** Claims of an access token beyond the registered ones (`iss`, `aud`, `sub`, `exp`, `nbf`, `iat`, `jti`). */
export const AccessTokenClaims = Type.Object({
  roles: Type.Array(Role, { minItems: 1, maxItems: 5 }),
  /** The one business that the token acts for; absent for operators, drones and services. */
  businessId: Type.Optional(Type.String()),
  /** The user of the business that requests default to. */
  ownerId: Type.Optional(Type.String()),
  /** Drones that the token speaks for: ids, or prefixes that end in `*`. */
  drones: Type.Optional(Type.Array(Type.String(), { maxItems: 100 })),
});
export type AccessTokenClaims = Static<typeof AccessTokenClaims>;

export const tokenAudience = 'drone-delivery';
