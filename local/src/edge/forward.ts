import { randomUUID } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { Operation, ServiceName } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { Logger } from '@dronedelivery/service-kit/logger';
import { runInTrace } from '@dronedelivery/service-kit/trace-context';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import { requestHeaders, responseHeaders, type SetByEdge } from './forwarded-headers.ts';
import { identify } from './request-identity.ts';
import { AnswerTimeoutError, type Upstream, UpstreamError } from './upstream.ts';

export type Upstreams = ReadonlyMap<ServiceName, Upstream>;
export type Forward = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Short answers are read whole and leave in one piece; longer ones are piped. */
const wholeAnswerBytesMax = 64 * 1024;
const idempotencyHeader = 'idempotency-key';
const retryAfterS = 1;

export interface ForwardNeeds {
  readonly upstreams: Upstreams;
  /** From the request, whole, to the head of its answer. */
  readonly answerTimeoutMs: number;
  /** Ends streams, which would outlast every graceful stop. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
}

export function createForward(operation: Operation, needs: ForwardNeeds): Forward {
  const { upstreams, answerTimeoutMs, stopping, log } = needs;
  const upstream = upstreams.get(operation.service);
  if (upstream === undefined) throw new Error(`no upstream for the service ${operation.service}`);
  const named = Object.keys(operation.headers?.properties ?? {});
  const isStream = operation.responseMediaType === 'text/event-stream';

  const ask = async (request: FastifyRequest, reply: FastifyReply, headers: Record<string, string>) => {
    const isHead = request.method === 'HEAD';
    const gone = new AbortController();
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    const limit = setTimeout(() => gone.abort(new AnswerTimeoutError()), answerTimeoutMs);
    return upstream
      .send({
        method: isHead ? 'HEAD' : operation.method,
        path: request.raw.url ?? '/',
        headers,
        body: Buffer.isBuffer(request.body) ? request.body : null,
        repeatable: isRepeatable(operation) || idempotencyHeader in headers,
        streaming: isStream && !isHead,
        signal: gone.signal,
      })
      .finally(() => clearTimeout(limit));
  };

  const forward = async (request: FastifyRequest, reply: FastifyReply, set: SetByEdge) => {
    const headers = requestHeaders(request.headers, named, set);
    // With a key of ours the edge may repeat what the client did not ask it to make repeatable.
    if (named.includes(idempotencyHeader)) headers[idempotencyHeader] ??= randomUUID();
    try {
      const answer = await ask(request, reply, headers);
      log.debug({ requestId: set.requestId, operation: operation.id, status: answer.statusCode }, 'forwarded');
      const head = responseHeaders(answer.headers, set.requestId);
      if (isStream && request.method !== 'HEAD') await passEvents(answer, head, reply, stopping);
      else await pass(answer, stopping.aborted ? { ...head, connection: 'close' } : head, reply);
    } catch (error) {
      log.debug({ requestId: set.requestId, operation: operation.id, err: error }, 'not forwarded');
      if (reply.raw.headersSent || reply.raw.destroyed) return cutOff(reply);
      throw error instanceof UpstreamError ? problemOf(error, operation) : error;
    }
  };
  return (request, reply) => {
    const set = identify(request);
    return runInTrace(set.trace, () => forward(request, reply, set));
  };
}

type Head = ReturnType<typeof responseHeaders>;

async function pass({ statusCode, headers, body }: Dispatcher.ResponseData, head: Head, reply: FastifyReply) {
  const length = Number(headers['content-length'] ?? Number.NaN);
  const isWhole = statusCode === 204 || reply.request.method === 'HEAD' || length <= wholeAnswerBytesMax;
  const whole = isWhole ? await body.bytes() : undefined;
  reply.hijack();
  reply.raw.writeHead(statusCode, head);
  if (whole === undefined) await pipeline(body, reply.raw);
  else reply.raw.end(whole);
}

/** Until either side ends, or the edge stops: then the stream ends as if the service had ended it. */
async function passEvents(
  { statusCode, body }: Dispatcher.ResponseData,
  head: Head,
  reply: FastifyReply,
  stopping: AbortSignal,
): Promise<void> {
  const client = reply.raw;
  reply.hijack();
  client.writeHead(statusCode, head).flushHeaders();
  const end = () => {
    body.unpipe(client);
    client.end();
  };
  const closed = new Promise((resolve) => client.once('close', resolve));
  body.on('error', () => client.destroy());
  body.pipe(client);
  stopping.addEventListener('abort', end, { once: true });
  if (stopping.aborted) end();
  await closed;
  body.destroy();
  stopping.removeEventListener('abort', end);
}

/** The head is out or nobody listens: the only truth left to tell is that the answer is not complete. */
function cutOff(reply: FastifyReply): void {
  if (!reply.sent) reply.hijack();
  reply.raw.destroy();
}

function isRepeatable({ method, idempotent = false }: Operation): boolean {
  return idempotent || method === 'GET' || method === 'PUT' || method === 'DELETE';
}

function problemOf({ fault, cause }: UpstreamError, operation: Operation): AppError {
  const { service } = operation;
  if (fault === 'timeout') return new AppError('upstream-timeout', `${service} did not answer in time`, { cause });
  if (fault === 'broken' && !isRepeatable(operation)) {
    return new AppError('outcome-unknown', `the connection to ${service} broke`, { retryAfterS, cause });
  }
  return new AppError('unavailable', `${service} cannot be reached`, { retryAfterS, cause });
}
