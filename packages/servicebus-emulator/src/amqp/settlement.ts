import type { Broker } from '../broker/broker.ts';
import type { AmqpScalar } from '../codec/amqp-reader.ts';
import type { ApplicationProperties } from '../codec/properties.ts';
import { BrokerError } from '../core/broker-error.ts';
import { asBrokerError } from './conditions.ts';
import { type DescribedState, type DispositionFrame, type Outcome, outcomes } from './rhea-internals.ts';
import type { SessionWriter, Unsettled } from './session-writer.ts';

/** Descriptors of the delivery states (AMQP 1.0, part 3, section 3.4). */
const stateCode = { accepted: 0x24, rejected: 0x25, released: 0x26, modified: 0x27 } as const;

/** A receiver settles deliveries: applied at once, answered when durable. */
export function settleDeliveries(
  broker: Broker,
  writer: SessionWriter,
  disposition: DispositionFrame['performative'],
): void {
  const { first, settled, state } = disposition;
  if (!state && !settled) return;
  const last = disposition.last ?? first;
  writer.assertKnown(first, last);
  for (let deliveryId = first; deliveryId <= last; deliveryId++) {
    const unsettled = writer.unsettled.get(deliveryId);
    const failure = settleOne(broker, unsettled, state ?? undefined);
    writer.unsettled.delete(deliveryId);
    if (settled) broker.whenDurable(() => undefined);
    else
      broker.answer(unsettled?.queue.path ?? '', (lost) =>
        writer.acknowledge(deliveryId, answerTo(state), failure ?? lost),
      );
  }
}

function settleOne(
  broker: Broker,
  unsettled: Unsettled | undefined,
  state: DescribedState | undefined,
): BrokerError | undefined {
  if (unsettled === undefined)
    return new BrokerError('message-lock-lost', 'The delivery is not known: it was settled, or its lock expired.');
  if (broker.faults.strikes('lose-settlement', unsettled.queue.path)) return undefined;
  try {
    applyState(unsettled, state, broker.nowMs);
    return undefined;
  } catch (error) {
    return asBrokerError(error);
  }
}

function applyState({ queue, token }: Unsettled, state: DescribedState | undefined, nowMs: number): void {
  switch (state?.descriptor?.value) {
    case undefined:
    case stateCode.released:
      queue.release(token, nowMs);
      break;
    case stateCode.accepted:
      queue.complete(token, nowMs);
      break;
    case stateCode.rejected:
      queue.deadLetter(token, nowMs, deadLetterReason(unwrap(state).error?.info ?? {}));
      break;
    case stateCode.modified:
      applyModified({ queue, token }, unwrap(state), nowMs);
      break;
    default:
      throw new BrokerError('not-implemented', 'This delivery state is not supported.');
  }
}

function applyModified({ queue, token }: Unsettled, outcome: Outcome, nowMs: number): void {
  const changes = asProperties(outcome.message_annotations ?? {});
  if (outcome.undeliverable_here) queue.defer(token, nowMs, changes);
  else queue.abandon(token, nowMs, changes);
}

function unwrap(state: DescribedState | undefined): Outcome {
  return state === undefined ? {} : outcomes.unwrap_outcome(state);
}

const rejected = outcomes.rejected({}).described();

/** The receiver gets back the state that it asked for; a rejection without its error, which would read as a failure. */
function answerTo(state: DescribedState | null | undefined): DescribedState | undefined {
  switch (state?.descriptor?.value) {
    case stateCode.modified:
    case stateCode.released:
      return state ?? undefined;
    case stateCode.rejected:
      return rejected;
    default:
      return undefined;
  }
}

/** @param info as a receiver sends it: reason and description among properties to change */
export function deadLetterReason(info: Readonly<Record<string, unknown>>): {
  readonly reason: string | undefined;
  readonly description: string | undefined;
  readonly changes: ApplicationProperties;
} {
  const { DeadLetterReason: reason, DeadLetterErrorDescription: description, ...changes } = info;
  return {
    reason: typeof reason === 'string' ? reason : undefined,
    description: typeof description === 'string' ? description : undefined,
    changes: asProperties(changes),
  };
}

/** Application properties hold simple values only; others are left out. */
export function asProperties(values: Readonly<Record<string, unknown>>): ApplicationProperties {
  return new Map(Object.entries(values).filter((entry): entry is [string, AmqpScalar] => isScalar(entry[1])));
}

function isScalar(value: unknown): value is AmqpScalar {
  if (value instanceof Date) return Number.isFinite(value.getTime());
  if (value === null || Buffer.isBuffer(value)) return true;
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}
