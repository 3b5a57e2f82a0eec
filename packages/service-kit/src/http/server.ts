import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Operation } from '@dronedelivery/contracts';
import Fastify, { type FastifyInstance } from 'fastify';
import type { TokenVerifier } from '../auth/token-verifier.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { addBodyParsers } from './body-parsers.ts';
import { refuseConnection } from './connection-errors.ts';
import { Connections } from './connections.ts';
import { InFlight } from './in-flight.ts';
import { answerUnknownRoute } from './not-found.ts';
import { openFilesMax } from './open-files.ts';
import { addOpenApi } from './openapi.ts';
import { addProbes } from './probes.ts';
import { sendProblem } from './problem.ts';
import { faultOfHead } from './request-head.ts';
import { requestIdOf } from './request-id.ts';
import { logAnswers } from './request-log.ts';
import { SlowReaders } from './slow-readers.ts';
import { type TurnAway, tryTurnAway } from './turn-away.ts';

export interface HttpServerOptions {
  /** Of the service, for the logs and the OpenAPI document. */
  readonly name: string;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly logger: Logger;
  /** Needed as soon as an operation asks for roles. */
  readonly verifier?: TokenVerifier;
  readonly bodyLimitBytes?: number;
  /** Time for a handler to answer. */
  readonly requestTimeoutMs?: number;
  /** Time for a client to send a whole request. */
  readonly receiveTimeoutMs?: number;
  /** Time for a client to take a whole answer, or what waits for it of one that goes on: then it is cut off. */
  readonly sendTimeoutMs?: number;
  /** Of all answers that clients have not taken yet; beyond it whoever has taken longest is cut off. */
  readonly unsentBytesMax?: number;
  readonly headerBytesMax?: number;
  /** At most half of the descriptors that the process may have: whatever it does for a caller needs some too. */
  readonly connectionsMax?: number;
  /** Time for requests in flight to end once the server closes. */
  readonly drainLimitMs?: number;
  /** Whether this process can serve; no dependency's state belongs here. */
  readonly isReady?: () => boolean;
  readonly turnAway?: TurnAway;
  readonly clock?: Clock;
}

/** An HTTP server with the house's rules; `registerOperation` and `registerEventStream` give it its routes. */
export interface HttpServer extends AsyncDisposable {
  /** For routes that no operation describes. */
  readonly fastify: FastifyInstance;
  readonly log: Logger;
  readonly verifier: TokenVerifier | undefined;
  /** What has been registered, for the OpenAPI document and the answers 404 and 405. */
  readonly operations: Operation[];
  readonly inFlight: InFlight;
  /** Aborted as soon as the server begins to close: endless answers end then. */
  readonly closing: AbortSignal;
  /** Begins to listen, and gives the base address. */
  listen(): Promise<string>;
  /** Not ready at once, no new connections, requests in flight end, idle connections close. */
  close(): Promise<void>;
}

/** Longer than any client of ours keeps an idle connection: a server that closes first breaks a request on its way. */
const keepAliveTimeoutMs = 75_000;
const idleCloseIntervalMs = 50;
const pathParamLengthMax = 1024;

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { clock = systemClock, logger: log } = options;
  const closing = new AbortController();
  const operations: Operation[] = [];
  const inFlight = new InFlight(clock, options.requestTimeoutMs ?? 15_000);
  const connections = new Connections(Math.min(options.connectionsMax ?? 20_000, openFilesMax() / 2));
  const slowReaders = new SlowReaders(clock, {
    sendTimeoutMs: options.sendTimeoutMs ?? 30_000,
    unsentBytesMax: options.unsentBytesMax ?? 64 * 1024 * 1024,
  });
  const fastify = createFastify(options, { connections, slowReaders, closing: closing.signal });

  addBodyParsers(fastify);
  logAnswers(fastify, log);
  addProbes(fastify, () => !closing.signal.aborted && (options.isReady?.() ?? true));
  addOpenApi(fastify, options.name, operations);
  fastify.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, log));
  fastify.setNotFoundHandler((request, reply) => answerUnknownRoute(operations, request, reply, log));
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (closing.signal.aborted) reply.header('connection', 'close');
    done();
  });
  refuseAmbiguous(fastify, connections);

  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeGracefully(fastify, closing, options.drainLimitMs ?? 5000).finally(() => {
      inFlight[Symbol.dispose]();
      slowReaders[Symbol.dispose]();
    });
    return closed;
  };
  return {
    fastify,
    log,
    verifier: options.verifier,
    operations,
    inFlight,
    closing: closing.signal,
    listen: () => fastify.listen({ host: options.host, port: options.port }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What follows on the connection may be part of what was refused: it is not heard, and the connection is closed. */
function refuseAmbiguous(fastify: FastifyInstance, connections: Connections): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const fault = faultOfHead(request.raw);
    if (fault !== undefined) {
      connections.condemn(request.raw.socket);
      reply.header('connection', 'close');
    }
    done(fault);
  });
}

interface Guards {
  readonly connections: Connections;
  readonly slowReaders: SlowReaders;
  readonly closing: AbortSignal;
}

function createFastify(options: HttpServerOptions, { connections, slowReaders, closing }: Guards) {
  const { turnAway, logger } = options;
  const fastify = Fastify({
    logger: false,
    bodyLimit: options.bodyLimitBytes ?? 1024 * 1024,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: pathParamLengthMax },
    genReqId: ({ headers }) => requestIdOf(headers),
    clientErrorHandler: (error, socket) => refuseConnection(error, socket as Socket, connections),
    frameworkErrors: (error, request, reply) => {
      // No hook has run: Fastify gave up on the path before.
      reply.header('x-request-id', request.id);
      sendProblem(error, request, reply, logger);
    },
    serverFactory: (handle) =>
      createNodeServer(options, (request, response) => {
        if (!connections.begin(request, response)) return;
        slowReaders.watch(response);
        const isAsked = turnAway !== undefined && !closing.aborted;
        if (isAsked && tryTurnAway(turnAway, request, response, logger)) return;
        handle(request, response);
      }),
  });
  connections.watch(fastify.server);
  return fastify as unknown as FastifyInstance;
}

function createNodeServer(options: HttpServerOptions, handle: RequestListener): Server {
  const receiveTimeoutMs = options.receiveTimeoutMs ?? 10_000;
  const server = createServer(
    {
      maxHeaderSize: options.headerBytesMax ?? 16 * 1024,
      requestTimeout: receiveTimeoutMs,
      headersTimeout: receiveTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, receiveTimeoutMs),
      // Checked with the rest of the head, so that the answer is a problem like any other.
      requireHostHeader: false,
    },
    handle,
  );
  // Node would answer 417 without a body; a server may as well ignore what it does not know (RFC 9110, section 10.1.1).
  server.on('checkExpectation', handle);
  return server;
}

async function closeGracefully(
  fastify: FastifyInstance,
  closing: AbortController,
  drainLimitMs: number,
): Promise<void> {
  closing.abort();
  const forced = setTimeout(() => fastify.server.closeAllConnections(), drainLimitMs);
  // Connections whose last answer could no longer say `connection: close` become idle one by one.
  const idle = setInterval(() => fastify.server.closeIdleConnections(), idleCloseIntervalMs);
  try {
    await fastify.close();
  } finally {
    clearTimeout(forced);
    clearInterval(idle);
  }
}
