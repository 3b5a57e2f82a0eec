import { TokenAnswer } from '@dronedelivery/contracts';
import { abortable } from '../abortable.ts';
import { type Clock, pause, systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { lazyCheck } from '../schema-check.ts';
import { TransientError, tokenEndpoint } from '../transient-error.ts';
import { askIssuer } from './ask-issuer.ts';

/** Gives this process's own access token. */
export interface TokenSource {
  /** @throws TransientError when no token could be had in time. */
  token(signal?: AbortSignal): Promise<string>;
  /** Says that this token was refused, so that the next call fetches another. */
  invalidate(token: string): void;
}

export interface ClientCredentialsOptions {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Of one attempt. */
  readonly timeoutMs?: number;
  /** Within one call of `token`. */
  readonly attemptsMax?: number;
  /** The token is replaced in the background when less of its life is left. */
  readonly renewAheadMs?: number;
}

interface Held {
  readonly token: string;
  readonly expiresAtMs: number;
  readonly renewAtMs: number;
}

const checkAnswer = lazyCheck(TokenAnswer);
const firstPauseMs = 100;
const pauseMsMax = 2000;

/** OAuth 2.0 client credentials: cached, renewed ahead of expiry, one fetch at a time for all callers. */
export function createClientCredentials(options: ClientCredentialsOptions): TokenSource {
  const { clock = systemClock, attemptsMax = 4, logger } = options;
  let held: Held | undefined;
  let running: Promise<Held> | undefined;

  const renew = () => {
    running ??= fetchWithRetry(options, clock, attemptsMax)
      .then((fetched) => {
        held = fetched;
        return fetched;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };

  return {
    async token(signal) {
      const now = clock.now();
      if (held === undefined || now >= held.expiresAtMs) return (await abortable(renew(), signal)).token;
      if (now >= held.renewAtMs && running === undefined) {
        renew().catch((error: unknown) => logger.warn({ err: error }, 'own token not renewed'));
      }
      return held.token;
    },
    invalidate(token) {
      if (held?.token === token) held = undefined;
    },
  };
}

async function fetchWithRetry(options: ClientCredentialsOptions, clock: Clock, attemptsMax: number): Promise<Held> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchToken(options, clock);
    } catch (error) {
      if (attempt >= attemptsMax) {
        throw new TransientError('connection', 'no access token of our own could be had', {
          target: tokenEndpoint,
          mayHaveHappened: false,
          cause: error,
        });
      }
      const longestMs = Math.min(firstPauseMs * 2 ** attempt, pauseMsMax);
      await pause(clock, longestMs * (0.5 + Math.random() / 2));
    }
  }
}

async function fetchToken(options: ClientCredentialsOptions, clock: Clock): Promise<Held> {
  const { tokenUrl, clientId, clientSecret, timeoutMs = 3000, renewAheadMs = 300_000 } = options;
  const { statusCode, body } = await askIssuer(tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }).toString(),
    timeoutMs,
  });
  const answer = checkAnswer(statusCode === 200 ? await body.json() : await body.dump());
  if (!answer.ok) throw new Error(`${tokenUrl} answered ${statusCode} to client ${clientId}`);
  const lifeMs = answer.value.expires_in * 1000;
  const now = clock.now();
  // Early, so that the issuer may be away for as long; a short-lived token when half of its life is left.
  const aheadMs = Math.min(renewAheadMs, lifeMs / 2);
  return { token: answer.value.access_token, expiresAtMs: now + lifeMs, renewAtMs: now + lifeMs - aheadMs };
}
