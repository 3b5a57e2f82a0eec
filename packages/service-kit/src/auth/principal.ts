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
}

/** A claim is taken over only where it is present: optional fields never hold undefined. */
export function principalOf(subject: string, claims: AccessTokenClaims): Principal {
  const { roles, businessId, ownerId, drones } = claims;
  return Object.freeze({
    subject,
    roles: Object.freeze([...roles]),
    ...(businessId === undefined ? {} : { businessId }),
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(drones === undefined ? {} : { drones: Object.freeze([...drones]) }),
  });
}

/** Whether a token of role `drone` may report for this drone; a gateway's may name many, by prefixes. */
export function maySpeakForDrone(principal: Principal, droneId: string): boolean {
  if (!principal.roles.includes('drone')) return false;
  return (principal.drones ?? []).some((known) =>
    known.endsWith('*') ? droneId.startsWith(known.slice(0, -1)) : known === droneId,
  );
}
