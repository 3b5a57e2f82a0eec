import { edgeRoutes } from '@dronedelivery/contracts';
import { createHttpServer, type HttpServer } from '@dronedelivery/service-kit/http';
import type { Logger } from '@dronedelivery/service-kit/logger';
import type { EdgeConfig } from './config.ts';

/**
 * The house's HTTP server, but bodies pass as bytes, of whatever kind they are: the services read them. Its OpenAPI
 * document describes the whole public API.
 */
export function createServer(config: EdgeConfig, logger: Logger): HttpServer {
  const server = createHttpServer({
    name: 'edge',
    host: config.host,
    port: config.port,
    logger,
    bodyLimitBytes: config.bodyLimitBytes,
    receiveTimeoutMs: config.receiveTimeoutMs,
    headerBytesMax: config.headerBytesMax,
    connectionsMax: config.connectionsMax,
  });
  const { fastify, operations } = server;
  operations.push(...edgeRoutes);
  fastify.server.setTimeout(config.idleTimeoutMs);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    // What is still to come of a refused body would have to be read and thrown away, however long it is.
    if (!request.raw.complete) reply.header('connection', 'close');
    done();
  });
  return server;
}
