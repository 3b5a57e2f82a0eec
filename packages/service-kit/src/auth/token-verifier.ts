import { hash } from 'node:crypto';
import { AccessTokenClaims } from '@dronedelivery/contracts';
import { errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { AppError } from '../app-error.ts';
import { type Clock, systemClock } from '../clock.ts';
import { lazyCheck } from '../schema-check.ts';
import { fixedKeys, type KeySource, remoteKeys } from './key-source.ts';
import { type Principal, principalOf } from './principal.ts';

export interface TokenVerifier {
  /** The principal of a token that was verified before and has not expired; never waits. */
  cached(token: string): Principal | undefined;
  /**
   * @throws AppError `unauthenticated` for a token that is not valid, `unavailable` while the keys that could tell
   * cannot be fetched.
   */
  verify(token: string): Promise<Principal>;
}

export interface TokenVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Where the keys are published; or the keys themselves. */
  readonly jwksUrl?: string;
  readonly jwks?: JSONWebKeySet;
  readonly clock?: Clock;
  /** Most verified tokens that are kept. */
  readonly cacheMax?: number;
  readonly clockSkewS?: number;
  readonly fetchTimeoutMs?: number;
  /** Least time between two fetches for key ids that are not known. */
  readonly cooldownMs?: number;
  /** After this time the keys are fetched again, so that revoked ones go away. */
  readonly keysFreshMs?: number;
}

const tokenLengthMax = 8192;
const checkClaims = lazyCheck(AccessTokenClaims);

/**
 * Verifies access tokens of one issuer: ES256 alone, whatever a token's header asks for. A verification costs about
 * 150 µs, so a verified token is kept, by its hash, until it expires.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const clock = options.clock ?? systemClock;
  const keys = keySourceOf(options, clock);
  const verified = new LRUCache<string, Principal>({ max: options.cacheMax ?? 10_000 });
  const underWay = new Map<string, Promise<Principal>>();
  const verifyFresh = async (token: string, key: string) => {
    const principal = await verifyWith(token, keys, options, clock);
    verified.set(key, principal);
    return principal;
  };
  return {
    cached(token) {
      const principal = token.length > tokenLengthMax ? undefined : verified.get(digest(token));
      return principal === undefined || clock.now() >= principal.expiresAtMs ? undefined : principal;
    },
    async verify(token) {
      if (token.length > tokenLengthMax) throw refused('the token is too long');
      const key = digest(token);
      const running = underWay.get(key) ?? verifyFresh(token, key).finally(() => underWay.delete(key));
      underWay.set(key, running);
      return running;
    },
  };
}

async function verifyWith(
  token: string,
  keys: KeySource,
  { issuer, audience, clockSkewS = 5 }: TokenVerifierOptions,
  clock: Clock,
): Promise<Principal> {
  const payload = await payloadOf(token, keys, {
    algorithms: ['ES256'],
    issuer,
    audience,
    clockTolerance: clockSkewS,
    currentDate: new Date(clock.now()),
    requiredClaims: ['exp', 'sub'],
  });
  const claims = checkClaims(payload);
  if (!claims.ok) throw refused('the token has claims of an unknown form');
  return principalOf(payload.sub ?? '', claims.value, ((payload.exp ?? 0) + clockSkewS) * 1000);
}

async function payloadOf(
  token: string,
  keys: KeySource,
  options: Parameters<typeof jwtVerify>[2] & object,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, (header) => keys.find(header.kid), options)).payload;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw refused(reasonOf(error));
  }
}

/** Tells what a caller can mend; the rest is simply not valid. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `the claim ${error.claim} does not hold`;
  return 'the token is not valid';
}

function refused(detail: string): AppError {
  return new AppError('unauthenticated', detail);
}

function digest(token: string): string {
  return hash('sha256', token, 'base64');
}

function keySourceOf(options: TokenVerifierOptions, clock: Clock): KeySource {
  if (options.jwks !== undefined) return fixedKeys(options.jwks);
  if (options.jwksUrl === undefined) throw new TypeError('A token verifier needs jwksUrl or jwks');
  return remoteKeys({
    url: options.jwksUrl,
    clock,
    timeoutMs: options.fetchTimeoutMs ?? 2000,
    cooldownMs: options.cooldownMs ?? 2000,
    freshMs: options.keysFreshMs ?? 600_000,
  });
}
