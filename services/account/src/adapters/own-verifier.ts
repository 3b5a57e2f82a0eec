import { type JsonWebKeySet, tokenAudience } from '@dronedelivery/contracts';
import { createTokenVerifier, type TokenVerifier } from '@dronedelivery/service-kit/auth';
import type { Clock } from '@dronedelivery/service-kit/clock';

/** Verifies the tokens that this service has issued by the keys in its own store, without a call to itself. */
export function createOwnVerifier(
  issuer: string,
  publicKeys: () => Promise<JsonWebKeySet['keys']>,
  clock: Clock,
): TokenVerifier {
  let known: { readonly kids: string; readonly verifier: TokenVerifier } | undefined;
  return {
    cached: (token) => known?.verifier.cached(token),
    verify: async (token) => {
      const keys = await publicKeys();
      const kids = keys.map(({ kid }) => kid).join(' ');
      if (known?.kids !== kids) {
        known = { kids, verifier: createTokenVerifier({ issuer, audience: tokenAudience, jwks: { keys }, clock }) };
      }
      return known.verifier.verify(token);
    },
  };
}
