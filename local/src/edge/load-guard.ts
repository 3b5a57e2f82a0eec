import type { ServerResponse } from 'node:http';
import type { Operation } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { FastifyReply } from 'fastify';

interface Limits {
  readonly requestsInFlightMax: number;
  /** Of one business, or of a client that belongs to none, or of an address that shows no token. */
  readonly requestsPerCallerMax: number;
  readonly streamsMax: number;
  /** Of one business, or of a client that belongs to none. */
  readonly streamsPerCallerMax: number;
}

const retryAfterS = 1;
/** Of all requests in flight, what one service may take: when it hangs, the others go on. */
const shareOfService = 0.75;

/**
 * Counts what is under way until its answer is finished or given up; beyond a limit it is refused at once. A request
 * counts from its head on, so that bodies that trickle in are bounded too.
 */
export function createLoadGuard(limits: Limits) {
  const takeAny = createSlots();
  const takeOfService = createSlots();
  const takeOfCaller = createSlots();
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
      if (takeOfCaller(`${kind} of ${caller}`, most, reply)) return;
      throw new AppError('too-many-requests', `${most} ${kind} are under way already`, { retryAfterS });
    },
  };
}

/** @returns false when the key has none left; what was taken comes back when the answer is over. */
function createSlots() {
  const taken = new Map<string, number>();
  return (key: string, most: number, { raw }: FastifyReply): boolean => {
    const count = taken.get(key) ?? 0;
    if (count >= most) return false;
    // Whoever left while the token was verified will not be heard leaving.
    if (raw.destroyed) return true;
    taken.set(key, count + 1);
    whenOver(raw, () => {
      const left = (taken.get(key) ?? 1) - 1;
      if (left === 0) taken.delete(key);
      else taken.set(key, left);
    });
    return true;
  };
}

const waiting = new WeakMap<ServerResponse, (() => void)[]>();

/** One listener for all of them: Node warns of many. */
function whenOver(response: ServerResponse, release: () => void): void {
  const releases = waiting.get(response);
  if (releases !== undefined) return void releases.push(release);
  const first = [release];
  waiting.set(response, first);
  response.once('close', () => {
    for (const one of first) one();
  });
}

function kindOf({ responseMediaType }: Operation): 'streams' | 'requests' {
  return responseMediaType === 'text/event-stream' ? 'streams' : 'requests';
}

function unavailable(detail: string): AppError {
  return new AppError('unavailable', detail, { retryAfterS });
}
