import type { Operation } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { FastifyReply } from 'fastify';

interface Limits {
  readonly requestsInFlightMax: number;
  readonly streamsMax: number;
}

const retryAfterS = 1;

/** Counts what is under way until its answer is finished or given up; beyond the limit it is refused at once. */
export function createLoadGuard({ requestsInFlightMax, streamsMax }: Limits) {
  const underWay = { requests: 0, streams: 0 };
  return (operation: Operation, reply: FastifyReply): void => {
    const kind = operation.responseMediaType === 'text/event-stream' ? 'streams' : 'requests';
    const most = kind === 'streams' ? streamsMax : requestsInFlightMax;
    if (underWay[kind] >= most) throw new AppError('unavailable', `too many ${kind} are under way`, { retryAfterS });
    underWay[kind]++;
    reply.raw.once('close', () => underWay[kind]--);
  };
}
