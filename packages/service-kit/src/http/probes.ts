import type { FastifyInstance, FastifyReply } from 'fastify';

const paths = { startup: '/healthz/startup', live: '/healthz/live', ready: '/healthz/ready' } as const;

/** The three probes. A process that answers at all has started and lives; only readiness can be lost. */
export function addProbes(fastify: FastifyInstance, isReady: () => boolean): void {
  fastify.get(paths.startup, (_request, reply) => answer(reply, true));
  fastify.get(paths.live, (_request, reply) => answer(reply, true));
  fastify.get(paths.ready, (_request, reply) => answer(reply, isReady()));
}

function answer(reply: FastifyReply, good: boolean): FastifyReply {
  return reply
    .code(good ? 200 : 503)
    .headers({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    .send(JSON.stringify({ status: good ? 'ok' : 'unavailable' }));
}
