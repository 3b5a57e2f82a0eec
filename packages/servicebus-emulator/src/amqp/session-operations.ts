import { BrokerError } from '../core/broker-error.ts';
import type { HeldSession } from '../core/held-session.ts';
import type { Queue } from '../core/queue.ts';
import type { Sessions } from '../core/sessions.ts';
import type { Operation, OperationContext } from './operation.ts';
import type { RequestBody } from './request-body.ts';

const listedMax = 1_000;
/** Clients say the last moment that their dates can hold, the end of the year 9999, where they mean no moment. */
const neverMs = Date.UTC(9999, 11, 31);

/** What receivers ask the management node of an entity with sessions. */
export const sessionOperations: Readonly<Record<string, Operation>> = {
  'com.microsoft:renew-session-lock': renewLock,
  'com.microsoft:get-session-state': readState,
  'com.microsoft:set-session-state': writeState,
  'com.microsoft:get-message-sessions': listSessions,
};

/**
 * The session that a request is about; it has to be the requester's own.
 * @throws BrokerError `session-lock-lost`, `not-allowed`, `argument-invalid`
 */
export function requestedSession(context: OperationContext, queue: Queue, body: RequestBody): HeldSession {
  return sessionsOf(queue).get(requestedId(body), context.linkName, context.broker.nowMs);
}

function requestedId(body: RequestBody): string {
  const id = body.text('session-id');
  if (id === undefined) throw new BrokerError('argument-invalid', "'session-id' is missing.");
  return id;
}

function sessionsOf({ path, sessions }: Queue): Sessions {
  if (sessions === undefined) throw new BrokerError('not-allowed', `'${path}' does not require sessions: it has none.`);
  return sessions;
}

function renewLock(context: OperationContext, body: RequestBody): object {
  const { broker, path } = context;
  const queue = broker.findSource(path);
  const session = requestedSession(context, queue, body);
  sessionsOf(queue).renew(session, broker.nowMs);
  return { expiration: new Date(session.untilMs) };
}

function readState(context: OperationContext, body: RequestBody): object {
  const { broker, path } = context;
  const queue = broker.findSource(path);
  const { id } = requestedSession(context, queue, body);
  return { 'session-state': broker.readSessionState(queue, id) ?? null };
}

function writeState(context: OperationContext, body: RequestBody): undefined {
  const { broker, path, limits } = context;
  const queue = broker.findSource(path);
  const { id } = requestedSession(context, queue, body);
  const state = body.binary('session-state');
  if (state !== undefined && state.length > limits.messageBytesMax)
    throw new BrokerError('message-too-large', `A session's state has ${limits.messageBytesMax} bytes at most.`);
  broker.writeSessionState(queue, id, state);
  return undefined;
}

/** Those with messages; with a time, those whose state was written since then. */
function listSessions({ broker, path }: OperationContext, body: RequestBody): object | undefined {
  const queue = broker.findSource(path);
  sessionsOf(queue);
  const time = body.time('last-updated-time');
  const since = time === undefined || time >= neverMs ? undefined : time;
  const skip = body.count('skip', Number.MAX_SAFE_INTEGER);
  const ids = broker.listSessions(queue, since, skip, body.count('top', listedMax));
  return ids.length === 0 ? undefined : { skip: skip + ids.length, 'sessions-ids': ids };
}
