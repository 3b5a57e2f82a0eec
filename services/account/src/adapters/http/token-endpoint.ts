import { operations, type TokenAnswer, type TokenError } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { HttpServer } from '@dronedelivery/service-kit/http';
import type { TokenAsked, TokenOutcome } from '../../app/issue-token.ts';
import { parseTokenRequest, unknownClient } from './token-request.ts';

type Route = Parameters<HttpServer['fastify']['route']>[0];
type Request = Parameters<Route['handler']>[0];
type Reply = Parameters<Route['handler']>[1];

const descriptions = {
  invalid_client: unknownClient.error_description,
  unauthorized_client: 'the business of this client is not active',
  invalid_scope: 'the client does not have every role that the scope names',
} as const;

/**
 * Registered apart from the other operations because RFC 6749 sets the form of its errors (section 5.2), also of those
 * that are found before the handler runs.
 */
export function registerTokenEndpoint(
  server: HttpServer,
  issue: (asked: TokenAsked) => Promise<TokenOutcome>,
  lifetimeS: number,
): void {
  const operation = operations.issueToken;
  server.operations.push(operation);
  server.fastify.route({
    method: operation.method,
    url: operation.path,
    onRequest: (request, _reply, done) => {
      const isForm = /^application\/x-www-form-urlencoded *(;|$)/i.test(request.headers['content-type'] ?? '');
      done(isForm ? undefined : new AppError('malformed-body', 'the body must be application/x-www-form-urlencoded'));
    },
    errorHandler: answerFault,
    handler: async (request, reply) => {
      const form = (request.body ?? {}) as Readonly<Record<string, string>>;
      const parsed = parseTokenRequest(form, request.headers.authorization);
      if ('error' in parsed) return refuse(reply, parsed);
      const outcome = await issue(parsed);
      if (outcome.kind === 'refused') {
        return refuse(reply, { error: outcome.error, error_description: descriptions[outcome.error] });
      }
      const answer: TokenAnswer = {
        access_token: outcome.token,
        token_type: 'Bearer',
        expires_in: lifetimeS,
        scope: outcome.roles.join(' '),
      };
      return send(reply, 200, answer);
    },
  });
}

/** What the client has done wrong takes the form of RFC 6749; what we have, or a full queue, the house's own. */
function answerFault(error: Error & { readonly statusCode?: number }, _request: Request, reply: Reply): void {
  if (error instanceof AppError ? error.code !== 'malformed-body' : (error.statusCode ?? 500) >= 500) throw error;
  const status = error.statusCode === 413 ? 413 : 400;
  refuse(reply, { error: 'invalid_request', error_description: error.message }, status);
}

function refuse(reply: Reply, refusal: TokenError, status = 400): Reply {
  if (refusal.error !== 'invalid_client') return send(reply, status, refusal);
  // RFC 6749 asks for the challenge where the client used the header; RFC 9110 asks for one with every 401.
  reply.header('www-authenticate', 'Basic realm="drone-delivery", charset="UTF-8"');
  return send(reply, 401, refusal);
}

function send(reply: Reply, status: number, body: TokenAnswer | TokenError): Reply {
  return reply
    .code(status)
    .headers({ 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' })
    .send(JSON.stringify(body));
}
