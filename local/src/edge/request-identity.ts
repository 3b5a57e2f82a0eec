import {
  continuedTrace,
  parseTraceparent,
  type TraceContext,
  traceparentOf,
} from '@dronedelivery/service-kit/trace-context';
import type { FastifyRequest } from 'fastify';
import type { SetByEdge } from './forwarded-headers.ts';

/** What the services are told of a request: the trace goes on from the client's, or begins here. */
export function identify(request: FastifyRequest): SetByEdge & { readonly trace: TraceContext } {
  const trace = continuedTrace(parseTraceparent(request.headers.traceparent));
  return {
    trace,
    requestId: request.id,
    traceparent: traceparentOf(trace),
    clientAddress: request.raw.socket.remoteAddress ?? 'unknown',
  };
}
