import { edgeRoutes } from '@dronedelivery/contracts';
import { createHttpServer, type HttpServer, type TurnAway } from '@dronedelivery/service-kit/http';
import type { Logger } from '@dronedelivery/service-kit/logger';
import type { FastifyRequest } from 'fastify';
import type { EdgeConfig } from './config.ts';

const bodyTooLarge = 413;
const discardedBytesMax = 16 * 1024 * 1024;

/**
 * The house's HTTP server, but bodies pass as bytes, of whatever kind they are: the services read them. Its OpenAPI
 * document describes the whole public API.
 */
export function createServer(config: EdgeConfig, logger: Logger, turnAway: TurnAway): HttpServer {
  const server = createHttpServer({
    name: 'edge',
    host: config.host,
    port: config.port,
    logger,
    turnAway,
    bodyLimitBytes: config.bodyLimitBytes,
    receiveTimeoutMs: config.receiveTimeoutMs,
    sendTimeoutMs: config.sendTimeoutMs,
    unsentBytesMax: config.unsentBytesMax,
    headerBytesMax: config.headerBytesMax,
    connectionsMax: config.connectionsMax,
  });
  const { fastify, operations } = server;
  operations.push(...edgeRoutes);
  fastify.server.setTimeout(config.idleTimeoutMs);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    // A head that could be read in two ways has put an end to the connection already; a body that is too long need not.
    const isClosed = reply.getHeader('connection') === 'close' && !server.closing.aborted;
    const isOver = isClosed && reply.statusCode !== bodyTooLarge;
    if (!request.raw.complete && !isOver) reply.header('connection', isShort(request) ? 'keep-alive' : 'close');
    done();
  });
  return server;
}

/**
 * What is still to come of a refused body is read and thrown away where its end is near, since a client that is cut off
 * while it writes may miss the answer; a longer one, or one without an end, is cut off.
 */
function isShort({ headers }: FastifyRequest): boolean {
  const length = headers['content-length'];
  return length !== undefined && Number(length) <= discardedBytesMax;
}
