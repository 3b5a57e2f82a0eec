import { randomBytes } from 'node:crypto';
import type { Secrets } from '../../app/ports.ts';
import { createLimiter } from './limiter.ts';
import { hashSecret, verifySecret } from './scrypt.ts';
import { rememberVerified } from './verified-secrets.ts';

interface Options {
  readonly now: () => number;
  readonly concurrencyMax: number;
  readonly queueMax: number;
  readonly rememberForMs: number;
}

const secretBytes = 32;
const rememberedMax = 1000;

export async function createSecrets({ now, concurrencyMax, queueMax, rememberForMs }: Options): Promise<Secrets> {
  const limited = createLimiter(concurrencyMax, queueMax);
  const verify = rememberVerified({
    verify: (secret, hash) => limited(() => verifySecret(secret, hash)),
    now,
    lifetimeMs: rememberForMs,
    entriesMax: rememberedMax,
  });
  const create = () => randomBytes(secretBytes).toString('base64url');
  // Compared with when there is no such client: the answer must not come sooner than for a wrong secret.
  const decoy = await hashSecret(create());
  return {
    create,
    hash: (secret) => limited(() => hashSecret(secret)),
    matches: async (secret, hash) => (await verify(secret, hash ?? decoy)) && hash !== undefined,
  };
}
