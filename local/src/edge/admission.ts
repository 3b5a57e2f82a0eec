import type { Operation } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { Principal, TokenVerifier } from '@dronedelivery/service-kit/auth';
import type { TakeToken } from '@dronedelivery/service-kit/token-buckets';
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
  const authenticate = async (request: FastifyRequest): Promise<Principal> => {
    try {
      const token = bearerToken(request.headers.authorization);
      return verifier.cached(token) ?? (await verifier.verify(token));
    } catch (error) {
      // Guessing at tokens is limited as well.
      pay(takeOfAddress, callerAddress(request.raw.socket.remoteAddress));
      throw error;
    }
  };
  return async (operation, request) => {
    if (operation.access.kind === 'anonymous') {
      return pay(takeOfAddress, callerAddress(request.raw.socket.remoteAddress));
    }
    const { businessId, subject } = await authenticate(request);
    return pay(takeOfCaller, businessId === undefined ? `client ${subject}` : `business ${businessId}`);
  };
}

function pay(take: TakeToken, caller: string): string {
  const { waitMs } = take(caller);
  if (waitMs > 0) throw new AppError('too-many-requests', undefined, { retryAfterS: waitMs / 1000 });
  return caller;
}

function bearerToken(authorization: string | undefined): string {
  const token = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new AppError('unauthenticated', 'a bearer token is needed');
  return token;
}
