import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';

interface Options {
  readonly verify: (secret: string, hash: string) => Promise<boolean>;
  readonly now: () => number;
  readonly lifetimeMs: number;
  readonly entriesMax: number;
}

/**
 * Remembers for a short time that a secret matched a hash, so that a burst of token requests costs one slow hash. A
 * key that exists only in this process hides what is kept. The stored hash is part of the entry: whoever changes the
 * hash needs to invalidate nothing here, and whether the client is still active is the store's to say.
 */
export function rememberVerified({ verify, now, lifetimeMs, entriesMax }: Options) {
  const key = randomBytes(32);
  const matchedUntil = new LRUCache<string, number>({ max: entriesMax });
  const underWay = new Map<string, Promise<boolean>>();

  const verifyOnce = async (entry: string, secret: string, hash: string) => {
    try {
      const matches = await verify(secret, hash);
      if (matches) matchedUntil.set(entry, now() + lifetimeMs);
      return matches;
    } finally {
      underWay.delete(entry);
    }
  };

  return async (secret: string, hash: string): Promise<boolean> => {
    const entry = createHmac('sha256', key).update(`${hash}\0${secret}`).digest('base64url');
    const until = matchedUntil.get(entry);
    if (until !== undefined && now() < until) return true;
    const verification = underWay.get(entry) ?? verifyOnce(entry, secret, hash);
    underWay.set(entry, verification);
    return verification;
  };
}
