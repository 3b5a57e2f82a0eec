import type { AccessTokenClaims, Role } from '@dronedelivery/contracts';
import type { Business } from './business.ts';

export interface Client {
  readonly clientId: string;
  /** Null for operators, drones and services. */
  readonly businessId: string | null;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly ownerId: string | null;
  /** Drones that it speaks for: ids, or prefixes that end in `*`. */
  readonly drones: readonly string[];
  readonly status: 'active' | 'revoked';
  readonly createdAt: number;
  readonly secretHash: string;
}

export type Grant =
  | { readonly kind: 'granted'; readonly roles: readonly Role[] }
  | { readonly kind: 'refused'; readonly reason: 'client-revoked' | 'business-not-active' | 'scope-not-granted' };

/**
 * What a client that has proved its secret may have.
 *
 * @param business the client's, or undefined when it belongs to none.
 * @param scope roles separated by spaces, to ask for fewer than the client has.
 */
export function grant(client: Client, business: Business | undefined, scope: string | undefined): Grant {
  if (client.status === 'revoked') return { kind: 'refused', reason: 'client-revoked' };
  if (client.businessId !== null && business?.status !== 'active') {
    return { kind: 'refused', reason: 'business-not-active' };
  }
  const asked = new Set((scope ?? '').split(' ').filter((word) => word !== ''));
  if (asked.size === 0) return { kind: 'granted', roles: client.roles };
  const roles = client.roles.filter((role) => asked.has(role));
  if (roles.length < asked.size) return { kind: 'refused', reason: 'scope-not-granted' };
  return { kind: 'granted', roles };
}

export function accessTokenClaims(client: Client, roles: readonly Role[]): AccessTokenClaims {
  return {
    roles: [...roles],
    ...(client.businessId === null ? {} : { businessId: client.businessId }),
    ...(client.ownerId === null ? {} : { ownerId: client.ownerId }),
    ...(client.drones.length === 0 ? {} : { drones: [...client.drones] }),
  };
}
