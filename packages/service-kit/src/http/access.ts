import type { Operation } from '@dronedelivery/contracts';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import { AppError } from '../app-error.ts';
import type { Principal } from '../auth/principal.ts';
import type { TokenVerifier } from '../auth/token-verifier.ts';

const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;
const principals = new WeakMap<FastifyRequest, Principal>();

/** The caller of a request that has passed `accessHook`. */
export function principalOfRequest(request: FastifyRequest): Principal | undefined {
  return principals.get(request);
}

/** Lets a request pass before its body is read only with a token that the operation's access asks for. */
export function accessHook(
  { id, access }: Operation,
  verifier: TokenVerifier | undefined,
): onRequestHookHandler | undefined {
  if (access.kind === 'anonymous') return undefined;
  if (verifier === undefined) throw new TypeError(`${id} needs a token verifier`);
  const admit = (request: FastifyRequest, principal: Principal) => {
    if (!principal.roles.some((role) => access.roles.includes(role))) {
      throw new AppError('forbidden', `this needs one of the roles ${access.roles.join(', ')}`);
    }
    principals.set(request, principal);
  };
  return (request, _reply, done) => {
    try {
      const token = tokenOf(request);
      const cached = verifier.cached(token);
      if (cached !== undefined) {
        admit(request, cached);
        return done();
      }
      verifier
        .verify(token)
        .then((principal) => admit(request, principal))
        .then(() => done(), done);
    } catch (error) {
      done(error as Error);
    }
  };
}

function tokenOf({ headers: { authorization } }: FastifyRequest): string {
  if (authorization === undefined) throw new AppError('unauthenticated', 'a bearer token is needed');
  const token = bearer.exec(authorization)?.[1];
  if (token === undefined) throw new AppError('unauthenticated', 'the authorization header holds no bearer token');
  return token;
}
