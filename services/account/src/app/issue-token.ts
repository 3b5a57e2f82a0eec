import type { Role } from '@dronedelivery/contracts';
import { accessTokenClaims, grant } from '../domain/client.ts';
import type { AccountEvents } from '../events.ts';
import type { BusinessStore, ClientStore, Secrets } from './ports.ts';
import type { TokenSigning } from './signing-keys.ts';

export interface TokenAsked {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
}

export type TokenOutcome =
  | { readonly kind: 'issued'; readonly token: string; readonly roles: readonly Role[] }
  | { readonly kind: 'refused'; readonly error: 'invalid_client' | 'unauthorized_client' | 'invalid_scope' };

interface Needs {
  readonly businesses: BusinessStore;
  readonly clients: ClientStore;
  readonly secrets: Secrets;
  readonly signing: TokenSigning;
  readonly events: AccountEvents;
}

/**
 * The client and its business are read every time, so that a revocation or suspension by another process counts from
 * the next request on. Who does not know the secret learns nothing: unknown, wrong and revoked look and last alike.
 */
export async function issueToken(needs: Needs, asked: TokenAsked): Promise<TokenOutcome> {
  const outcome = await decide(needs, asked);
  if (outcome.kind === 'issued') needs.events.tokenIssued();
  else needs.events.tokenRefused(asked.clientId, outcome.error);
  return outcome;
}

async function decide({ businesses, clients, secrets, signing }: Needs, asked: TokenAsked): Promise<TokenOutcome> {
  const client = await clients.find(asked.clientId);
  const proved = await secrets.matches(asked.clientSecret, client?.secretHash);
  if (client === undefined || !proved) return { kind: 'refused', error: 'invalid_client' };
  const business = client.businessId === null ? undefined : await businesses.find(client.businessId);
  const granted = grant(client, business, asked.scope);
  if (granted.kind === 'refused') return { kind: 'refused', error: refusalErrors[granted.reason] };
  const token = await signing.sign(client.clientId, accessTokenClaims(client, granted.roles));
  return { kind: 'issued', token, roles: granted.roles };
}

const refusalErrors = {
  'client-revoked': 'invalid_client',
  'business-not-active': 'unauthorized_client',
  'scope-not-granted': 'invalid_scope',
} as const;
