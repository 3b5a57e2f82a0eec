import rhea from 'rhea';
import { encodeDelivery } from '../codec/delivery.ts';
import { BrokerError } from '../core/broker-error.ts';
import type { MessageCopy } from '../core/message.ts';
import { readArrival } from './arrival.ts';
import { deliveryFacts } from './delivery-facts.ts';
import { swapGuid } from './lock-token.ts';
import type { Operation, OperationContext } from './operation.ts';
import { RequestBody } from './request-body.ts';
import { ruleOperations } from './rule-operations.ts';
import { requestedSession, sessionOperations } from './session-operations.ts';
import { asProperties } from './settlement.ts';

const { types } = rhea;

const operations: Readonly<Record<string, Operation>> = {
  'com.microsoft:peek-message': peekMessages,
  'com.microsoft:renew-lock': renewLocks,
  'com.microsoft:receive-by-sequence-number': receiveDeferred,
  'com.microsoft:update-disposition': updateDisposition,
  'com.microsoft:schedule-message': scheduleMessages,
  'com.microsoft:cancel-scheduled-message': cancelScheduled,
  ...sessionOperations,
  ...ruleOperations,
};

/**
 * Does what a management request asks for.
 * @returns the response's body, undefined for none
 * @throws BrokerError
 */
export function manage(
  surroundings: Omit<OperationContext, 'linkName'>,
  { operation, 'associated-link-name': linkName }: Readonly<Record<string, unknown>>,
  body: unknown,
): object | undefined {
  const perform = typeof operation === 'string' && Object.hasOwn(operations, operation) && operations[operation];
  if (!perform) throw new BrokerError('not-implemented', `The operation '${String(operation)}' is not supported.`);
  const context = { ...surroundings, linkName: typeof linkName === 'string' ? linkName : undefined };
  return perform(context, new RequestBody(body));
}

const peekedMax = 256;

function peekMessages({ broker, path, limits }: OperationContext, body: RequestBody): object | undefined {
  const queue = broker.findSource(path);
  const countMax = body.count('message-count', peekedMax);
  const first = body.count('from-sequence-number', Number.MAX_SAFE_INTEGER);
  const found = broker.peek(queue, first, countMax, body.text('session-id'));
  const messages: object[] = [];
  let bytes = 0;
  for (const message of found) {
    const encoded = encodeDelivery(message.content, { ...deliveryFacts(message), lockedUntilMs: undefined });
    bytes += encoded.length;
    if (messages.length > 0 && bytes > limits.messageBytesMax) break;
    messages.push({ message: encoded });
  }
  return messages.length === 0 ? undefined : { messages };
}

function renewLocks({ broker, path }: OperationContext, body: RequestBody): object {
  const queue = broker.findSource(path);
  const expirations = lockTokens(body).map((token) => queue.renewLock(token, broker.nowMs));
  return { expirations: types.wrap_array(expirations, 0x83, undefined) };
}

function receiveDeferred(context: OperationContext, body: RequestBody): object {
  const { broker, path } = context;
  const queue = broker.findSource(path);
  const session = queue.sessions === undefined ? undefined : requestedSession(context, queue, body);
  const sequenceNumbers = body.integers('sequence-numbers');
  const peekLock = body.integer('receiver-settle-mode') === 1;
  const messages = peekLock
    ? queue.lockDeferred(sequenceNumbers, broker.nowMs, session)
    : queue.takeDeferred(sequenceNumbers, broker.nowMs, session);
  return { messages: messages.map(deferredEntry) };
}

function deferredEntry(message: MessageCopy): object {
  const token = message.lock?.token ?? Buffer.alloc(16);
  return {
    'lock-token': types.wrap_uuid(swapGuid(token)),
    message: encodeDelivery(message.content, deliveryFacts(message)),
  };
}

function updateDisposition({ broker, path }: OperationContext, body: RequestBody): undefined {
  const queue = broker.findSource(path);
  const changes = asProperties(body.map('properties-to-modify'));
  const status = body.text('disposition-status');
  for (const token of lockTokens(body)) {
    if (broker.faults.strikes('lose-settlement', queue.path)) continue;
    switch (status) {
      case 'completed':
        queue.complete(token, broker.nowMs);
        break;
      case 'abandoned':
        queue.abandon(token, broker.nowMs, changes);
        break;
      case 'defered':
        queue.defer(token, broker.nowMs, changes);
        break;
      case 'suspended':
        queue.deadLetter(token, broker.nowMs, {
          reason: body.text('deadletter-reason'),
          description: body.text('deadletter-description'),
          changes,
        });
        break;
      default:
        throw new BrokerError('argument-invalid', `The disposition status '${String(status)}' is not known.`);
    }
  }
  return undefined;
}

function scheduleMessages({ broker, path, limits }: OperationContext, body: RequestBody): object {
  const target = broker.findTarget(path);
  const arrivals = body.maps('messages').map((entry) => {
    const message = entry.message;
    if (!Buffer.isBuffer(message)) throw new BrokerError('argument-invalid', 'A message is missing or not binary.');
    return readArrival(message, limits.messageBytesMax);
  });
  const sequenceNumbers = broker.send(target, arrivals);
  return { 'sequence-numbers': types.wrap_array(sequenceNumbers, 0x81, undefined) };
}

function cancelScheduled({ broker, path }: OperationContext, body: RequestBody): undefined {
  broker.findTarget(path).cancelScheduled(body.integers('sequence-numbers'));
  return undefined;
}

function lockTokens(body: RequestBody): Buffer[] {
  return body.list('lock-tokens').map((token) => {
    if (Buffer.isBuffer(token) && token.length === 16) return swapGuid(token);
    throw new BrokerError('argument-invalid', 'A lock token is not a UUID.');
  });
}
