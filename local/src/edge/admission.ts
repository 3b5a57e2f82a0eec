import type { Operation } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { Principal, TokenVerifier } from '@dronedelivery/service-kit/auth';
import type { Taken, TakeToken } from '@dronedelivery/service-kit/token-buckets';
import type { FastifyRequest } from 'fastify';
import { callerAddress } from './caller-address.ts';

interface Needs {
  readonly verifier: TokenVerifier;
  /** Limits by business or client. */
  readonly takeOfCaller: TakeToken;
  /** Limits by address, for whoever has not shown a valid token. */
  readonly takeOfAddress: TakeToken;
}

/** @returns who the request counts for. */
export type Admit = (operation: Pick<Operation, 'access'>, request: FastifyRequest) => Promise<string>;

/**
 * Lets a request pass, or says why not: 401 before any service sees it, 429 by business, else by client, else by
 * address. The services verify the token again and decide what it permits.
 */
export function createAdmission({ verifier, takeOfCaller, takeOfAddress }: Needs): Admit {
  const authenticate = async ({ headers, raw }: FastifyRequest): Promise<Principal> => {
    const token = bearerToken(headers.authorization);
    const known = token === undefined ? undefined : verifier.cached(token);
    if (known !== undefined) return known;
    // Guessing at tokens is limited as well, and before the work that a guess costs: a good one costs its caller nothing.
    const { giveBack } = take(takeOfAddress, callerAddress(raw.socket.remoteAddress));
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
  const pay = (takeOf: TakeToken, caller: string) => {
    take(takeOf, caller);
    return caller;
  };
  return async (operation, request) => {
    if (operation.access.kind === 'anonymous') {
      return pay(takeOfAddress, callerAddress(request.raw.socket.remoteAddress));
    }
    const { businessId, subject } = await authenticate(request);
    return pay(takeOfCaller, businessId === undefined ? `client ${subject}` : `business ${businessId}`);
  };
}

function take(takeOf: TakeToken, caller: string): Taken {
  const taken = takeOf(caller);
  if (taken.waitMs > 0) throw new AppError('too-many-requests', undefined, { retryAfterS: taken.waitMs / 1000 });
  return taken;
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization ?? '')?.[1];
}
