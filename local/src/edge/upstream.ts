import { abortable } from '@dronedelivery/service-kit/abortable';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { type Dispatcher, Pool } from 'undici';
import { readWhole, type WholeAnswer } from './whole-answer.ts';

export interface UpstreamLimits {
  readonly connectTimeoutMs: number;
  readonly answerBytesMax: number;
  /** To each replica. */
  readonly connectionsMax: number;
}

export interface UpstreamRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | null;
  /** Sending it twice has no second effect. */
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
}

/** Looks at an answer's length as soon as it is known. @throws AppError when there is no room for it. */
export type HoldAnswer = (bytes: number) => void;

export type UpstreamFault = 'unreachable' | 'timeout' | 'broken' | 'aborted';

export class UpstreamError extends Error {
  readonly fault: UpstreamFault;
  constructor(fault: UpstreamFault, cause: unknown) {
    super(`upstream ${fault}`, { cause });
    this.fault = fault;
  }
}

/** The reason to abort with when an answer takes too long. */
export class AnswerTimeoutError extends Error {}

export interface Upstream extends AsyncDisposable {
  /**
   * The whole answer, so that the connection is free again however slowly the client takes it.
   * @throws UpstreamError when no replica answers, AppError when there is no room for the answer.
   */
  ask(request: UpstreamRequest, hold: HoldAnswer): Promise<WholeAnswer>;
  /** An answer that lasts. @throws UpstreamError when no replica answers. */
  open(request: UpstreamRequest): Promise<Dispatcher.ResponseData>;
}

interface Replica {
  readonly pool: Pool;
  /** Apart from the pool, which streams would fill up for as long as they last; the edge bounds their number. */
  readonly streams: Pool;
  avoidUntil: number;
}

/** A replica that was not reachable is asked last for so long: long enough to spare others the attempt. */
const avoidForMs = 1000;

/** The replicas of one service, asked in turn; one that cannot be reached leaves the request to the next. */
export function createUpstream(baseUrls: readonly string[], limits: UpstreamLimits, now: () => number): Upstream {
  const replicas: Replica[] = baseUrls.map((url) => ({
    pool: createPool(url, limits.connectTimeoutMs, limits.connectionsMax),
    streams: createPool(url, limits.connectTimeoutMs, null),
    avoidUntil: 0,
  }));
  let turn = 0;

  const inTurn = () => {
    turn = (turn + 1) % replicas.length;
    const rotated = [...replicas.slice(turn), ...replicas.slice(0, turn)];
    const at = now();
    return [...rotated.filter(({ avoidUntil }) => avoidUntil <= at), ...rotated.filter((r) => r.avoidUntil > at)];
  };

  const tryInTurn = async <T>({ repeatable }: UpstreamRequest, attempt: (replica: Replica) => Promise<T>) => {
    let failure: UpstreamError | undefined;
    const order = inTurn();
    // A lone replica is asked twice: a kept connection may have been closed just as the request was written to it.
    for (const replica of order.length === 1 ? [...order, ...order] : order) {
      try {
        return await attempt(replica);
      } catch (error) {
        if (error instanceof AppError) throw error;
        failure = new UpstreamError(faultOf(error), error);
        if (failure.fault === 'unreachable') replica.avoidUntil = now() + avoidForMs;
        else if (failure.fault !== 'broken' || !repeatable) throw failure;
      }
    }
    throw failure ?? new UpstreamError('unreachable', 'no replica is configured');
  };

  return {
    ask: (request, hold) =>
      tryInTurn(request, async ({ pool }) => {
        const answer = await sendTo(pool, request);
        return readWhole(answer, request.method, limits.answerBytesMax, hold);
      }),
    open: (request) => tryInTurn(request, ({ streams }) => sendTo(streams, request)),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(replicas.flatMap(({ pool, streams }) => [pool.destroy(), streams.destroy()]));
    },
  };
}

function createPool(url: string, connectTimeoutMs: number, connections: number | null): Pool {
  return new Pool(url, { connections, pipelining: 1, connect: { timeout: connectTimeoutMs } });
}

function sendTo(pool: Pool, { method, path, headers, body, signal }: UpstreamRequest) {
  // The caller's signal limits the time: undici's own limits leave out the wait in its queue.
  const answer = pool.request({ method, path, headers, body, signal, headersTimeout: 0, bodyTimeout: 0 });
  return abortable(answer, signal);
}

/** Codes of faults that precede the first byte of the request. */
const unreachableCodes = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
]);

function faultOf(error: unknown): UpstreamFault {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (error instanceof AnswerTimeoutError) return 'timeout';
  if (name === 'AbortError' || code === 'UND_ERR_ABORTED') return 'aborted';
  if (unreachableCodes.has(String(code))) return 'unreachable';
  return 'broken';
}
