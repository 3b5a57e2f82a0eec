import type { Dispatcher } from 'undici';
import { abortable } from '../abortable.ts';
import { TransientError } from '../transient-error.ts';
import type { Replica } from './replicas.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly target: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
  readonly signal: AbortSignal | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly text: string;
}

/** Nothing has been sent when a connection could not be made. */
const notConnected = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
];

/**
 * One request to one replica, bounded in time and size.
 * @throws TransientError `timeout`, `connection` or `bad-answer`; the signal's reason when it is aborted.
 */
export async function exchange(replica: Replica, request: WireRequest): Promise<WireAnswer> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(timeout), request.timeoutMs);
  const passOn = () => abort.abort(request.signal?.reason);
  if (request.signal?.aborted === true) passOn();
  request.signal?.addEventListener('abort', passOn);
  try {
    const { method, path, headers, body = null } = request;
    const answer = await abortable(
      replica.pool.request({ method, path, headers, body, signal: abort.signal }),
      abort.signal,
    );
    const text = await boundedText(answer, request);
    return { status: answer.statusCode, headers: answer.headers, text };
  } catch (error) {
    throw request.signal?.aborted === true ? error : faultOf(error, request);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', passOn);
  }
}

const timeout = new Error('timeout');

async function boundedText({ body }: Dispatcher.ResponseData, request: WireRequest): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > request.answerBytesMax) {
      throw new TransientError('bad-answer', `${request.target} answered more than ${request.answerBytesMax} bytes`, {
        target: request.target,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function faultOf(error: unknown, { target, timeoutMs }: WireRequest): TransientError {
  if (error instanceof TransientError) return error;
  if (error === timeout)
    return new TransientError('timeout', `${target} gave no answer within ${timeoutMs} ms`, { target });
  const code = codeOf(error);
  return new TransientError('connection', `${target} cannot be reached${code === undefined ? '' : ` (${code})`}`, {
    target,
    mayHaveHappened: code === undefined || !notConnected.includes(code),
    cause: error,
  });
}

/** With several addresses for a name, Node wraps one error an address. */
function codeOf(error: unknown): string | undefined {
  const { code, errors } = error as { readonly code?: string; readonly errors?: readonly { readonly code?: string }[] };
  return code ?? errors?.[0]?.code;
}
