import type { ServerResponse } from 'node:http';
import type { Operation } from '@dronedelivery/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../app-error.ts';
import { type Clock, systemClock, type Timer } from '../clock.ts';
import { principalOfRequest } from './access.ts';
import { OperationRequest } from './operation-request.ts';
import { addRoute, inTraceOf } from './operation-route.ts';
import { sendProblem } from './problem.ts';
import { requestValidation } from './request-validation.ts';
import type { HttpServer } from './server.ts';

/** One client's server-sent events. */
export interface EventStream {
  /** Aborted when the client is gone or reads too slowly, its token has expired, or the server closes. */
  readonly signal: AbortSignal;
  /** The id of the last event that the client has seen before it connected again. */
  readonly lastEventId: string | undefined;
  /**
   * Sends one event, unless the client has not taken the ones before: then nothing is sent and the answer is false.
   * Keep the newest state and send it after `writable`.
   */
  send(event: { readonly event: string; readonly data: unknown; readonly id?: string }): boolean;
  /** Resolves when `send` will work again, or the signal is aborted. */
  writable(): Promise<void>;
}

export interface EventStreamOptions {
  /** Streams of this operation at once; more are refused with 503. */
  readonly streamsMax?: number;
  readonly heartbeatMs?: number;
  readonly clock?: Clock;
}

/** Serves the events until it returns: then the stream ends. */
export type StreamWork = (stream: EventStream) => Promise<void>;

const bufferedBytesMax = 64 * 1024;
const retryMs = 2000;

/**
 * Serves server-sent events. The handler may still refuse with an AppError; what it returns runs once the stream is open.
 */
export function registerEventStream<const O extends Operation>(
  server: HttpServer,
  operation: O,
  handler: (request: OperationRequest<O>) => Promise<StreamWork> | StreamWork,
  { streamsMax = 1000, heartbeatMs = 15_000, clock = systemClock }: EventStreamOptions = {},
): void {
  const validate = requestValidation(operation);
  let streams = 0;
  const handle = async (request: FastifyRequest, reply: FastifyReply) => {
    if (streams >= streamsMax) throw new AppError('unavailable', 'too many streams are open', { retryAfterS: 5 });
    streams++;
    try {
      const work = await handler(new OperationRequest<O>(validate(request), request, reply, server.log));
      reply.hijack();
      if (request.method === 'HEAD') return void writeHead(request, reply, server).end();
      await using stream = openStream(request, reply, { server, heartbeatMs, clock });
      await work(stream);
    } finally {
      streams--;
    }
  };
  addRoute(server, operation, (request, reply) => {
    inTraceOf(request, () => handle(request, reply)).catch((error: unknown) => {
      if (!reply.sent) sendProblem(error, request, reply, server.log);
      else server.log.error({ err: error, requestId: request.id }, 'stream failed');
    });
    return reply;
  });
}

interface StreamSetting {
  readonly server: HttpServer;
  readonly heartbeatMs: number;
  readonly clock: Clock;
}

function openStream(request: FastifyRequest, reply: FastifyReply, setting: StreamSetting): ResponseStream {
  const response = writeHead(request, reply, setting.server);
  response.write(`retry: ${retryMs}\n\n`);
  const lastEventId = request.headers['last-event-id'];
  const stream = new ResponseStream(response, typeof lastEventId === 'string' ? lastEventId : undefined, setting);
  const expiresAtMs = principalOfRequest(request)?.expiresAtMs;
  if (expiresAtMs !== undefined) stream.endAt(expiresAtMs);
  return stream;
}

function writeHead(request: FastifyRequest, { raw }: FastifyReply, { closing }: HttpServer): ServerResponse {
  return raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Proxies such as nginx would otherwise hold events back.
    'x-accel-buffering': 'no',
    'x-request-id': request.id,
    ...(closing.aborted ? { connection: 'close' } : {}),
  });
}

class ResponseStream implements EventStream, AsyncDisposable {
  readonly lastEventId: string | undefined;
  readonly #response: ServerResponse;
  readonly #setting: StreamSetting;
  readonly #ended = new AbortController();
  readonly #end = () => this.#ended.abort();
  #heartbeat: Timer;
  #expiry: Timer | undefined;

  constructor(response: ServerResponse, lastEventId: string | undefined, setting: StreamSetting) {
    this.lastEventId = lastEventId;
    this.#response = response;
    this.#setting = setting;
    this.#heartbeat = this.#nextHeartbeat();
    response.on('close', this.#end);
    response.on('error', this.#end);
    if (setting.server.closing.aborted) this.#end();
    setting.server.closing.addEventListener('abort', this.#end);
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  send({ event, data, id }: { readonly event: string; readonly data: unknown; readonly id?: string }): boolean {
    if (this.signal.aborted || this.#isFull()) return false;
    const head = id === undefined ? `event: ${event}` : `id: ${id}\nevent: ${event}`;
    this.#response.write(`${head}\ndata: ${JSON.stringify(data)}\n\n`);
    return true;
  }

  writable(): Promise<void> {
    if (this.signal.aborted || !this.#isFull()) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = () => {
      this.#response.off('drain', done);
      this.signal.removeEventListener('abort', done);
      resolve();
    };
    this.#response.on('drain', done);
    this.signal.addEventListener('abort', done);
    return promise;
  }

  /** Whoever was locked out since the stream was opened would otherwise watch for ever. */
  endAt(atMs: number): void {
    const { clock } = this.#setting;
    this.#expiry = clock.setTimer(this.#end, atMs - clock.now());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#heartbeat.cancel();
    this.#expiry?.cancel();
    this.#setting.server.closing.removeEventListener('abort', this.#end);
    this.#ended.abort();
    if (this.#response.writable) this.#response.end();
  }

  #isFull(): boolean {
    return this.#response.writableLength > bufferedBytesMax;
  }

  #nextHeartbeat(): Timer {
    return this.#setting.clock.setTimer(() => this.#beat(), this.#setting.heartbeatMs);
  }

  #beat(): void {
    if (!this.#isFull()) this.#response.write(': still here\n\n');
    if (!this.signal.aborted) this.#heartbeat = this.#nextHeartbeat();
  }
}
