import { randomUUID } from 'node:crypto';
import type { Operation, ServiceName } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { Logger } from '@dronedelivery/service-kit/logger';
import { runInTrace } from '@dronedelivery/service-kit/trace-context';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import { requestHeaders, responseHeaders, type SetByEdge } from './forwarded-headers.ts';
import type { LoadGuard } from './load-guard.ts';
import { identify } from './request-identity.ts';
import { AnswerTimeoutError, type Upstream, UpstreamError, type UpstreamRequest } from './upstream.ts';
import type { WholeAnswer } from './whole-answer.ts';

export type Upstreams = ReadonlyMap<ServiceName, Upstream>;
export type Forward = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

const idempotencyHeader = 'idempotency-key';
const retryAfterS = 1;

export interface ForwardNeeds {
  readonly upstreams: Upstreams;
  readonly guard: Pick<LoadGuard, 'hold'>;
  /** From the request, whole, to the end of its answer, or to the head of a stream. */
  readonly answerTimeoutMs: number;
  /** Ends streams, which would outlast every graceful stop. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
  readonly onAnswer: (reply: FastifyReply, answer: WholeAnswer) => void;
}

export function createForward(operation: Operation, needs: ForwardNeeds): Forward {
  const { upstreams, guard, answerTimeoutMs, stopping, log, onAnswer } = needs;
  const upstream = upstreams.get(operation.service);
  if (upstream === undefined) throw new Error(`no upstream for the service ${operation.service}`);
  const named = Object.keys(operation.headers?.properties ?? {});
  const isStream = operation.responseMediaType === 'text/event-stream';

  const send = async <T extends Answered>(
    request: FastifyRequest,
    reply: FastifyReply,
    set: SetByEdge,
    by: (request: UpstreamRequest) => Promise<T>,
  ) => {
    const headers = requestHeaders(request.headers, named, set);
    // With a key of ours the edge may repeat what the client did not ask it to make repeatable.
    if (named.includes(idempotencyHeader)) headers[idempotencyHeader] ??= randomUUID();
    const gone = new AbortController();
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    const limit = setTimeout(() => gone.abort(new AnswerTimeoutError()), answerTimeoutMs);
    const answer = await by({
      method: request.method === 'HEAD' ? 'HEAD' : operation.method,
      path: request.raw.url ?? '/',
      headers,
      body: Buffer.isBuffer(request.body) ? request.body : null,
      repeatable: isRepeatable(operation) || idempotencyHeader in headers,
      signal: gone.signal,
    }).finally(() => clearTimeout(limit));
    log.debug({ requestId: set.requestId, operation: operation.id, status: answer.statusCode }, 'forwarded');
    return { answer, head: responseHeaders(answer.headers, set.requestId) };
  };

  const forward = async (request: FastifyRequest, reply: FastifyReply, set: SetByEdge) => {
    try {
      if (isStream && request.method !== 'HEAD') {
        const { answer, head } = await send(request, reply, set, upstream.open);
        await passEvents(answer, head, reply, stopping);
      } else {
        const hold = (bytes: number) => guard.hold(bytes, reply);
        const { answer, head } = await send(request, reply, set, (one) => upstream.ask(one, hold));
        onAnswer(reply, answer);
        pass(answer, stopping.aborted ? { ...head, connection: 'close' } : head, reply);
      }
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
type Answered = Pick<WholeAnswer, 'statusCode' | 'headers'>;

function pass({ statusCode, body }: WholeAnswer, head: Head, reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(statusCode, head).end(body);
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
