import type { ServerResponse } from 'node:http';
import type { Operation } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { FastifyReply } from 'fastify';
import { UnsentAnswers } from './unsent-answers.ts';
import { whenOver } from './when-over.ts';

interface Limits {
  readonly requestsInFlightMax: number;
  /** Of one business, or of a client that belongs to none, or of an address that shows no token. */
  readonly requestsPerCallerMax: number;
  readonly streamsMax: number;
  /** Of one business, or of a client that belongs to none. */
  readonly streamsPerCallerMax: number;
  /** Of long answers that clients have not taken yet; beyond it whoever has had longest for one loses it. */
  readonly unsentBytesMax: number;
  readonly unsentBytesPerCallerMax: number;
}

const retryAfterS = 1;
/** Of all requests in flight, what one service may take: when it hangs, the others go on. */
const shareOfService = 0.75;
/** Up to here an answer is short: so many of them as requests are let in find room. */
const shortAnswerBytesMax = 64 * 1024;

export type LoadGuard = ReturnType<typeof createLoadGuard>;

/**
 * Counts what is under way until its answer is finished or given up; beyond a limit it is refused at once. A request
 * counts from its head on, so that bodies that trickle in are bounded too.
 */
export function createLoadGuard(limits: Limits) {
  const takeAny = createSlots();
  const takeOfService = createSlots();
  const takeOfCaller = createSlots();
  const takeUnsent = createSlots();
  const unsent = new UnsentAnswers(limits.unsentBytesMax);
  const callers = new WeakMap<ServerResponse, string>();
  const ofServiceMax = Math.ceil(limits.requestsInFlightMax * shareOfService);
  return {
    /** Before anything is spent on the request. */
    enter(operation: Operation, reply: FastifyReply): void {
      const kind = kindOf(operation);
      const most = kind === 'streams' ? limits.streamsMax : limits.requestsInFlightMax;
      if (!takeAny(kind, most, reply)) throw unavailable(`too many ${kind} are under way`);
      if (kind === 'streams' || takeOfService(operation.service, ofServiceMax, reply)) return;
      throw unavailable(`too many requests to ${operation.service} are under way`);
    },

    /** Once it is known who asks: no caller takes everything that there is. */
    enterAs(caller: string, operation: Operation, reply: FastifyReply): void {
      const kind = kindOf(operation);
      const most = kind === 'streams' ? limits.streamsPerCallerMax : limits.requestsPerCallerMax;
      callers.set(reply.raw, caller);
      if (takeOfCaller(`${kind} of ${caller}`, most, reply)) return;
      throw new AppError('too-many-requests', `${most} ${kind} are under way already`, { retryAfterS });
    },

    /** Who was let in with the request; undefined before that. */
    callerOf({ raw }: FastifyReply): string | undefined {
      return callers.get(raw);
    },

    /** Before an answer is sent: whoever does not take what it asks for gets no more of it. */
    hold(bytes: number, reply: FastifyReply): void {
      if (bytes <= shortAnswerBytesMax) return;
      const caller = callers.get(reply.raw) ?? 'unknown';
      if (!takeUnsent(caller, limits.unsentBytesPerCallerMax, reply, bytes)) {
        throw new AppError('too-many-requests', 'too much of earlier answers has not been taken', { retryAfterS });
      }
      unsent.add(reply.raw, bytes);
    },
  };
}

/** @returns false when the key has not so many left; what was taken comes back when the answer is over. */
function createSlots() {
  const taken = new Map<string, number>();
  return (key: string, most: number, { raw }: FastifyReply, amount = 1): boolean => {
    const count = taken.get(key) ?? 0;
    if (count + amount > most) return false;
    // Whoever left while the token was verified will not be heard leaving.
    if (raw.destroyed) return true;
    taken.set(key, count + amount);
    whenOver(raw, () => {
      const left = (taken.get(key) ?? amount) - amount;
      if (left === 0) taken.delete(key);
      else taken.set(key, left);
    });
    return true;
  };
}

function kindOf({ responseMediaType }: Operation): 'streams' | 'requests' {
  return responseMediaType === 'text/event-stream' ? 'streams' : 'requests';
}

function unavailable(detail: string): AppError {
  return new AppError('unavailable', detail, { retryAfterS });
}
