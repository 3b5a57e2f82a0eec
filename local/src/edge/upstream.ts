import { type Dispatcher, Pool } from 'undici';

export interface UpstreamLimits {
  readonly connectTimeoutMs: number;
  /** From the request to the head of the answer, and between two pieces of its body. */
  readonly answerTimeoutMs: number;
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
  /** The answer lasts: no limit on the pause between two pieces of it. */
  readonly streaming: boolean;
  readonly signal: AbortSignal;
}

export type UpstreamFault = 'unreachable' | 'timeout' | 'broken' | 'aborted';

export class UpstreamError extends Error {
  readonly fault: UpstreamFault;
  constructor(fault: UpstreamFault, cause: unknown) {
    super(`upstream ${fault}`, { cause });
    this.fault = fault;
  }
}

export interface Upstream extends AsyncDisposable {
  /** @throws UpstreamError when no replica answers. */
  send(request: UpstreamRequest): Promise<Dispatcher.ResponseData>;
}

interface Replica {
  readonly pool: Pool;
  avoidUntil: number;
}

/** A replica that was not reachable is asked last for so long: long enough to spare others the attempt. */
const avoidForMs = 1000;

/** The replicas of one service, asked in turn; one that cannot be reached leaves the request to the next. */
export function createUpstream(baseUrls: readonly string[], limits: UpstreamLimits, now: () => number): Upstream {
  const replicas: Replica[] = baseUrls.map((url) => ({ pool: createPool(url, limits), avoidUntil: 0 }));
  let turn = 0;

  const inTurn = () => {
    turn = (turn + 1) % replicas.length;
    const rotated = [...replicas.slice(turn), ...replicas.slice(0, turn)];
    const at = now();
    return [...rotated.filter(({ avoidUntil }) => avoidUntil <= at), ...rotated.filter((r) => r.avoidUntil > at)];
  };

  return {
    send: async (request) => {
      let failure = new UpstreamError('unreachable', undefined);
      for (const replica of inTurn()) {
        try {
          return await sendTo(replica.pool, request, limits);
        } catch (error) {
          failure = new UpstreamError(faultOf(error), error);
          if (failure.fault === 'unreachable') replica.avoidUntil = now() + avoidForMs;
          else if (failure.fault !== 'broken' || !request.repeatable) throw failure;
        }
      }
      throw failure;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(replicas.map(({ pool }) => pool.destroy()));
    },
  };
}

function createPool(url: string, { connectTimeoutMs, connectionsMax }: UpstreamLimits): Pool {
  return new Pool(url, { connections: connectionsMax, pipelining: 1, connect: { timeout: connectTimeoutMs } });
}

function sendTo(pool: Pool, request: UpstreamRequest, { answerTimeoutMs }: UpstreamLimits) {
  const { method, path, headers, body, signal, streaming } = request;
  return pool.request({
    ...{ method, path, headers, body, signal },
    headersTimeout: answerTimeoutMs,
    bodyTimeout: streaming ? 0 : answerTimeoutMs,
  });
}

/** Codes of faults that precede the first byte of the request. */
const unreachableCodes = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
]);

function faultOf(error: unknown): UpstreamFault {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (name === 'AbortError' || code === 'UND_ERR_ABORTED') return 'aborted';
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return 'timeout';
  if (unreachableCodes.has(String(code))) return 'unreachable';
  return 'broken';
}
