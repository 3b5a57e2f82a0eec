import type { AccessTokenClaims } from '@dronedelivery/contracts';
import { publishedKeysAt, signingKeyAt } from '../domain/signing-key.ts';
import type { AccountEvents } from '../events.ts';
import type { GenerateSigningKey, SigningKey, SigningKeyStore, SignToken } from './ports.ts';

interface Needs {
  readonly store: SigningKeyStore;
  readonly generate: GenerateSigningKey;
  readonly signToken: SignToken;
  readonly now: () => number;
  readonly tokenLifetimeMs: number;
  /** How long a new key is published before it signs: longer than verifiers keep a key set. */
  readonly publishAheadMs: number;
  readonly events: AccountEvents;
}

export type TokenSigning = ReturnType<typeof createTokenSigning>;

/** Keys are read from the store each time: another process may have added one. */
export function createTokenSigning(needs: Needs) {
  const { store, generate, signToken, now, tokenLifetimeMs, publishAheadMs, events } = needs;
  const add = async (signsFrom: number, later: number) => {
    const key: SigningKey = { ...(await generate()), createdAt: now(), signsFrom };
    const added = await store.addUnlessLater(key, later);
    if (added.kid === key.kid) events.signingKeyAdded(key.kid, key.signsFrom);
    return added;
  };
  return {
    /** Makes the first key unless there is one. */
    ensureKey: () => add(now(), -1),

    sign: async (subject: string, claims: AccessTokenClaims): Promise<string> => {
      const key = signingKeyAt(await store.list(), now());
      if (key === undefined) throw new Error('there is no signing key, although one is made at the start');
      return signToken(key, subject, claims, now());
    },

    publicKeys: async (): Promise<{ kid: string; kty: string }[]> => {
      const published = publishedKeysAt(await store.list(), now(), tokenLifetimeMs);
      return published.map((key) => JSON.parse(key.publicJwk));
    },

    /** Also throws away keys that nobody needs any more. While a new key waits for its time, it is the answer again. */
    rotate: async (): Promise<SigningKey> => {
      const keys = await store.list();
      const published = new Set(publishedKeysAt(keys, now(), tokenLifetimeMs));
      await store.remove(keys.filter((key) => !published.has(key)).map((key) => key.kid));
      return add(now() + publishAheadMs, now());
    },
  };
}
