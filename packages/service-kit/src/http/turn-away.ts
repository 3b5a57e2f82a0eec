import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppError } from '../app-error.ts';
import type { Logger } from '../logger.ts';
import { type ProblemAnswer, problemAnswer, toAppError } from './problem.ts';
import { faultOfHead } from './request-head.ts';
import { requestIdOf } from './request-id.ts';

/**
 * Asked of a request before anything is spent on it: no route is looked up, no hook runs, no body is read. Only of one
 * whose body is announced as short. What it is to be refused with is returned, since throws add up in a flood.
 */
export type TurnAway = (request: IncomingMessage) => AppError | undefined;

/** What follows of a refused request is received and thrown away, for what comes behind it on its connection. */
const bodyBytesMax = 64 * 1024;

/** Answers a request that is to be refused, and returns whether it did. */
export function tryTurnAway(
  turnAway: TurnAway,
  request: IncomingMessage,
  response: ServerResponse,
  log: Logger,
): boolean {
  if (!hasShortBody(request)) return false;
  const refusal = refusalOf(request, turnAway);
  // A head that can be read in two ways puts an end to its connection as well: the hooks see to it.
  if (refusal === undefined || faultOfHead(request) !== undefined) return false;
  const { method = '', url = '', headers } = request;
  const id = requestIdOf(headers);
  const answer = problemAnswer(refusal, { id, method, url, headers }, log);
  log.debug({ requestId: id, method, path: url, status: answer.status }, 'turned away');
  send(response, id, answer);
  return true;
}

/** Without a length it is none, or may be endless: Node does not say which before it has read on. */
function hasShortBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return length !== undefined && Number(length) <= bodyBytesMax;
}

function refusalOf(request: IncomingMessage, turnAway: TurnAway): AppError | undefined {
  try {
    return turnAway(request);
  } catch (error) {
    return toAppError(error);
  }
}

function send(response: ServerResponse, requestId: string, { status, headers, body }: ProblemAnswer): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, { 'x-request-id': requestId, ...headers, 'content-length': length }).end(body);
}
