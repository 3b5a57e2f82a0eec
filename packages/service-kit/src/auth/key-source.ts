import { type CryptoKey, importJWK, type JSONWebKeySet, type JWK } from 'jose';
import { AppError } from '../app-error.ts';
import type { Clock } from '../clock.ts';
import { askIssuer } from './ask-issuer.ts';

/** Finds the public key of a token's key id. */
export interface KeySource {
  /** @throws AppError `unauthenticated` for an id that the issuer does not know, `unavailable` when nobody can tell. */
  find(kid: string | undefined): Promise<CryptoKey>;
}

type Keys = ReadonlyMap<string, CryptoKey>;

const keysMax = 50;
const answerBytesMax = 256 * 1024;

export function fixedKeys(set: JSONWebKeySet): KeySource {
  const keys = imported(set.keys);
  return { find: async (kid) => known(await keys, kid) ?? unknownKey() };
}

export interface RemoteKeysOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly cooldownMs: number;
  readonly freshMs: number;
}

/**
 * Keys of a JWKS address. An unknown id fetches again, but not more often than the cooldown lets it; keys once
 * fetched stay in use while the issuer is away, since services must not fall over with it.
 */
export function remoteKeys(options: RemoteKeysOptions): KeySource {
  const { clock, cooldownMs, freshMs } = options;
  let keys: Keys | undefined;
  let fetchedAtMs = Number.NEGATIVE_INFINITY;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;

  const refresh = () => {
    triedAtMs = clock.now();
    running ??= fetchKeys(options)
      .then((fetched) => {
        keys = fetched;
        fetchedAtMs = clock.now();
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  const mayTry = () => clock.now() - triedAtMs >= cooldownMs || clock.now() < triedAtMs;

  return {
    async find(kid) {
      const found = keys === undefined ? undefined : known(keys, kid);
      if (found !== undefined) {
        if (clock.now() - fetchedAtMs >= freshMs && mayTry()) refresh().catch(() => undefined);
        return found;
      }
      if (running !== undefined || mayTry()) await refresh().catch(unavailable);
      if (keys === undefined) return unavailable(undefined);
      return known(keys, kid) ?? unknownKey();
    },
  };
}

async function fetchKeys({ url, timeoutMs }: RemoteKeysOptions): Promise<Keys> {
  const { statusCode, body } = await askIssuer(url, { method: 'GET', timeoutMs });
  if (statusCode !== 200) {
    await body.dump();
    throw new Error(`${url} answered ${statusCode}`);
  }
  const set = JSON.parse(await boundedText(body)) as { readonly keys?: readonly JWK[] };
  if (!Array.isArray(set.keys)) throw new Error(`${url} holds no keys`);
  return imported(set.keys);
}

async function boundedText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error(`A key set is over ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Only what can verify ES256: a key set may hold others, which must not become usable by their id. */
async function imported(set: readonly JWK[]): Promise<Keys> {
  const usable = set
    .slice(0, keysMax)
    .filter(({ kty, crv, use = 'sig' }) => kty === 'EC' && crv === 'P-256' && use === 'sig');
  const keys = await Promise.all(
    usable.map(async ({ kty, crv, x, y, kid }) => {
      const key = await importJWK({ kty, crv, x, y } as JWK, 'ES256');
      return [kid ?? '', key as CryptoKey] as const;
    }),
  );
  return new Map(keys);
}

/** A token without a key id is taken only where there is no choice. */
function known(keys: Keys, kid: string | undefined): CryptoKey | undefined {
  if (kid !== undefined) return keys.get(kid);
  return keys.size === 1 ? keys.values().next().value : undefined;
}

function unknownKey(): never {
  throw new AppError('unauthenticated', 'the token is signed with an unknown key');
}

function unavailable(cause: unknown): never {
  throw new AppError('unavailable', 'the keys that verify tokens cannot be fetched', { retryAfterS: 1, cause });
}
