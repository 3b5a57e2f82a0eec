import type { FastifyInstance } from 'fastify';
import type { Logger } from '../logger.ts';

/** A line for each answer, at `debug`: at full load a line a request would cost as much as the request. */
export function logAnswers(fastify: FastifyInstance, log: Logger): void {
  if (!log.isLevelEnabled('debug')) return;
  fastify.addHook('onResponse', (request, reply, done) => {
    log.debug(
      {
        requestId: request.id,
        method: request.method,
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'answered',
    );
    done();
  });
}
