import type { AccessTokenClaims, Role } from '@dronedelivery/contracts';

/** Who calls, as a verified access token says. */
export interface Principal {
  readonly subject: string;
  readonly roles: readonly Role[];
  /** The one business that the caller acts for; absent for operators, drones and services. */
  readonly businessId?: string;
  readonly ownerId?: string;
  /** Ids, or prefixes that end in `*`. */
  readonly drones?: readonly string[];
  /** Until then the token counts: what lasts longer than a request has to end. */
  readonly expiresAtMs: number;
}

/** A claim is taken over only where it is present: optional fields never hold undefined. */
export function principalOf(subject: string, claims: AccessTokenClaims, expiresAtMs: number): Principal {
  const { roles, businessId, ownerId, drones } = claims;
  return Object.freeze({
    subject,
    roles: Object.freeze([...roles]),
    expiresAtMs,
    ...(businessId === undefined ? {} : { businessId }),
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(drones === undefined ? {} : { drones: Object.freeze([...drones]) }),
  });
}

/** Whether a token of role `drone` may report for this drone; a gateway's may name many, by prefixes. */
export function maySpeakForDrone(
  { roles, drones = [] }: Pick<Principal, 'roles' | 'drones'>,
  droneId: string,
): boolean {
  if (!roles.includes('drone')) return false;
  return drones.some((known) => (known.endsWith('*') ? droneId.startsWith(known.slice(0, -1)) : known === droneId));
}
