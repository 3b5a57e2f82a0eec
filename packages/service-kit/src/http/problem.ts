import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, errorCatalogue, type Problem, problemMediaType, problemType } from '@dronedelivery/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../app-error.ts';
import type { Logger } from '../logger.ts';

/** Fastify's own refusals, in our words. What is not listed here is either an `AppError` or our own fault. */
const codeOfFastifyError: Readonly<Record<string, { readonly code: ErrorCode; readonly detail?: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body-too-large' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported-media-type' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'malformed-body', detail: 'the body is not as long as announced' },
  FST_ERR_CTP_INVALID_TYPE: { code: 'unsupported-media-type' },
  FST_ERR_BAD_URL: { code: 'not-found', detail: 'the path is not well formed' },
  FST_ERR_ASYNC_CONSTRAINT: { code: 'not-found' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'uri-too-long' },
};

/** The error that a client is told: anything unforeseen becomes `internal` and is logged with its stack. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const known = codeOfFastifyError[(error as { readonly code?: string }).code ?? ''];
  if (known !== undefined) return new AppError(known.code, known.detail);
  return new AppError('internal', undefined, { cause: error });
}

/** What an answer needs to know of its request, Fastify's or Node's. */
export interface RefusedRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers with `application/problem+json` (RFC 9457). */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger): FastifyReply {
  const { status, headers, body } = problemAnswer(toAppError(error), request, log);
  // The token endpoint has a challenge of its own.
  const challenge = reply.getHeader('www-authenticate');
  const own = challenge === undefined ? {} : { 'www-authenticate': challenge };
  return reply
    .code(status)
    .headers({ ...headers, ...own })
    .send(body);
}

/** The same answer for whoever has no reply of Fastify's; logged as it deserves. */
export function problemAnswer(error: AppError, request: RefusedRequest, log: Logger): ProblemAnswer {
  const problem = problemOf(error, request.url, request.id);
  logProblem(error, problem, request, log);
  const { retryAfterS } = error.extra;
  const headers: Record<string, string> = { 'content-type': problemMediaType };
  if (retryAfterS !== undefined) headers['retry-after'] = String(Math.max(0, Math.ceil(retryAfterS)));
  if (error.code === 'unauthenticated') headers['www-authenticate'] = challengeOf(request, error);
  return { status: problem.status, headers, body: JSON.stringify(problem) };
}

export function problemOf(error: AppError, url: string, requestId: string): Problem {
  const { status, title } = errorCatalogue[error.code];
  const { errors, deliveryId } = error.extra;
  return {
    type: problemType(error.code),
    title,
    status,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    instance: url.split('?', 1)[0] ?? url,
    requestId,
    ...(errors === undefined ? {} : { errors: [...errors] }),
    ...(deliveryId === undefined ? {} : { deliveryId }),
  };
}

function logProblem(error: AppError, problem: Problem, request: RefusedRequest, log: Logger): void {
  const fields = { requestId: request.id, method: request.method, path: problem.instance, code: error.code };
  if (error.code === 'internal') log.error({ ...fields, err: error.extra.cause ?? error }, 'request failed');
  else if (problem.status >= 500 && error.extra.isUnlogged !== true)
    log.warn({ ...fields, detail: error.detail, err: error.extra.cause }, 'request refused');
}

/** RFC 6750, section 3: no error code where no token came. */
function challengeOf(request: RefusedRequest, error: AppError): string {
  const realm = 'Bearer realm="drone-delivery"';
  if (request.headers.authorization === undefined) return realm;
  return `${realm}, error="invalid_token", error_description="${(error.detail ?? '').replace(/["\\]/g, '')}"`;
}
