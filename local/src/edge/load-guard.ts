import type { Operation } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { FastifyReply } from 'fastify';

interface Limits {
  readonly requestsInFlightMax: number;
  readonly streamsMax: number;
  /** Of one business, or of a client that belongs to none. */
  readonly streamsPerCallerMax: number;
}

const retryAfterS = 1;

/** Counts what is under way until its answer is finished or given up; beyond a limit it is refused at once. */
export function createLoadGuard({ requestsInFlightMax, streamsMax, streamsPerCallerMax }: Limits) {
  const underWay = { requests: 0, streams: 0 };
  const streamsOf = new Map<string, number>();
  return {
    /** Before anything is spent on the request. */
    enter(operation: Operation, reply: FastifyReply): void {
      const kind = isStream(operation) ? 'streams' : 'requests';
      const most = kind === 'streams' ? streamsMax : requestsInFlightMax;
      if (underWay[kind] >= most) throw new AppError('unavailable', `too many ${kind} are under way`, { retryAfterS });
      underWay[kind]++;
      reply.raw.once('close', () => underWay[kind]--);
    },

    /** Once it is known who asks: no caller takes all the streams that there are. */
    enterAs(caller: string, operation: Operation, reply: FastifyReply): void {
      if (!isStream(operation)) return;
      const streams = streamsOf.get(caller) ?? 0;
      if (streams >= streamsPerCallerMax) {
        throw new AppError('too-many-requests', `${streams} streams are open already`, { retryAfterS });
      }
      streamsOf.set(caller, streams + 1);
      reply.raw.once('close', () => {
        const left = (streamsOf.get(caller) ?? 1) - 1;
        if (left === 0) streamsOf.delete(caller);
        else streamsOf.set(caller, left);
      });
    },
  };
}

function isStream({ responseMediaType }: Operation): boolean {
  return responseMediaType === 'text/event-stream';
}
