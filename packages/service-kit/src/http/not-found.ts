import type { Operation } from '@dronedelivery/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../app-error.ts';
import type { Logger } from '../logger.ts';
import { sendProblem } from './problem.ts';

/** 405 with `Allow` where the path exists with other methods, else 404. */
export function answerUnknownRoute(
  operations: readonly Operation[],
  request: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): FastifyReply {
  const path = request.url.split('?', 1)[0] ?? '';
  const methods = operations
    .filter((operation) => matchesTemplate(operation.path, path))
    .flatMap(({ method }) => (method === 'GET' ? [method, 'HEAD'] : [method]));
  if (methods.length === 0) return sendProblem(new AppError('not-found'), request, reply, log);
  reply.header('allow', [...new Set(methods)].join(', '));
  return sendProblem(new AppError('method-not-allowed'), request, reply, log);
}

function matchesTemplate(template: string, path: string): boolean {
  const wanted = template.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith(':') ? given[index] !== '' : part === given[index]))
  );
}
