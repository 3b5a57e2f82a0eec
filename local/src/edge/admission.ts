import type { IncomingMessage } from 'node:http';
import type { Operation } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { Principal, TokenVerifier } from '@dronedelivery/service-kit/auth';
import type { Taken, TakeToken } from '@dronedelivery/service-kit/token-buckets';
import { callerAddress } from './caller-address.ts';

interface Needs {
  readonly verifier: TokenVerifier;
  /** Limits by business or client. */
  readonly takeOfCaller: TakeToken;
  /** Limits by address, for whoever has not shown a valid token. */
  readonly takeOfAddress: TakeToken;
}

export type Admission = ReturnType<typeof createAdmission>;

/**
 * Lets a request pass, or says why not: 401 before any service sees it, 429 by business, else by client, else by
 * address. The services verify the token again and decide what it permits.
 */
export function createAdmission({ verifier, takeOfCaller, takeOfAddress }: Needs) {
  /** Requests that have paid while they were still Node's alone. */
  const early = new WeakMap<IncomingMessage, string>();
  const knownBy = (token: string | undefined) => (token === undefined ? undefined : verifier.cached(token));
  const authenticate = async ({ headers, socket }: IncomingMessage): Promise<Principal> => {
    const token = bearerToken(headers.authorization);
    const known = knownBy(token);
    if (known !== undefined) return known;
    // Guessing at tokens is limited as well, and before the work that a guess costs: a good one costs its caller nothing.
    const { giveBack } = take(takeOfAddress, callerAddress(socket.remoteAddress));
    if (token === undefined) throw new AppError('unauthenticated', 'a bearer token is needed');
    let isGuess = false;
    try {
      return await verifier.verify(token);
    } catch (error) {
      isGuess = error instanceof AppError && error.code === 'unauthenticated';
      throw error;
    } finally {
      if (!isGuess) giveBack();
    }
  };
  return {
    /**
     * @returns who the request counts for.
     * @throws AppError
     */
    async admit({ access }: Pick<Operation, 'access'>, request: IncomingMessage): Promise<string> {
      const known = early.get(request);
      if (known !== undefined) return known;
      const isAnonymous = access.kind === 'anonymous';
      const caller = isAnonymous ? callerAddress(request.socket.remoteAddress) : callerOf(await authenticate(request));
      take(isAnonymous ? takeOfAddress : takeOfCaller, caller);
      return caller;
    },

    /**
     * The same at once, for an operation that needs a token, where the token was verified before; `admit` lets the
     * request pass then.
     *
     * @returns who the request counts for, or what it is refused with; undefined where that takes more than a look.
     */
    admitKnown(request: IncomingMessage): string | AppError | undefined {
      const known = knownBy(bearerToken(request.headers.authorization));
      if (known === undefined) return undefined;
      const caller = callerOf(known);
      const { waitMs } = takeOfCaller(caller);
      if (waitMs > 0) return tooMany(waitMs);
      early.set(request, caller);
      return caller;
    },
  };
}

function callerOf({ businessId, subject }: Principal): string {
  return businessId === undefined ? `client ${subject}` : `business ${businessId}`;
}

function take(takeOf: TakeToken, caller: string): Taken {
  const taken = takeOf(caller);
  if (taken.waitMs > 0) throw tooMany(taken.waitMs);
  return taken;
}

function tooMany(waitMs: number): AppError {
  return new AppError('too-many-requests', undefined, { retryAfterS: waitMs / 1000 });
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization ?? '')?.[1];
}
