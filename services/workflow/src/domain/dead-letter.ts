import type { DroneDelivery } from '@dronedelivery/contracts';
import { cancel } from './cancel.ts';
import { compensate, complete, type Fault } from './compensation.ts';
import { refuse } from './refusal.ts';
import type { DeliveryRequest, Envelope } from './request.ts';
import { ask, type Saga } from './saga.ts';

/** A request that nobody could handle, as far as it can be read. */
export type DeadRequest =
  | { readonly kind: 'readable'; readonly request: DeliveryRequest }
  /** The body is no request, but its properties tell whose it is. */
  | {
      readonly kind: 'addressed';
      readonly message: { readonly businessId: string; readonly deliveryId: string; readonly requestId: string };
      readonly requestKind: string;
    }
  | { readonly kind: 'unknown' };

export interface Resubmission {
  readonly envelope: Envelope;
  readonly delayMs: number;
}

export interface ResubmissionPolicy {
  readonly resubmissionsMax: number;
  /** Doubles with every resubmission. */
  readonly resubmissionDelayMs: number;
}

/** A dead letter for faults that may have passed is sent again, a few times; undefined for every other. */
export function resubmissionOf(
  dead: DeadRequest,
  reason: string | undefined,
  policy: ResubmissionPolicy,
): Resubmission | undefined {
  if (dead.kind !== 'readable' || reason !== 'transient-exhausted') return undefined;
  const { envelope } = dead.request;
  const resubmissions = envelope.resubmissions + 1;
  if (resubmissions > policy.resubmissionsMax) return undefined;
  const messageId = `${envelope.originalMessageId.replace(/:r\d+$/, '')}:r${resubmissions}`;
  const delayMs = policy.resubmissionDelayMs * 2 ** (resubmissions - 1);
  return { envelope: sentAnew(envelope, messageId, resubmissions), delayMs };
}

/** The envelope of a request that starts over under another id, in its old place among the delivery's changes. */
export function sentAnew(envelope: Envelope, messageId: string, resubmissions: number): Envelope {
  const { sequence, compensation, enqueuedAtMs } = envelope;
  return {
    messageId,
    attempt: 0,
    originalMessageId: messageId,
    sequence,
    delayReason: 'resubmitted',
    tries: 1,
    ...(compensation === undefined ? {} : { compensation }),
    resubmissions,
    redeliveries: 0,
    enqueuedAtMs,
  };
}

/** Brings what a dead letter asked for to an end, so that no delivery waits for it. */
export function* settle(dead: Exclude<DeadRequest, { kind: 'unknown' }>, fault: Fault): Saga {
  if (dead.kind === 'addressed') return yield* settleUnreadable(dead, fault);
  const { message, envelope } = dead.request;
  switch (message.kind) {
    case 'create':
      return yield* compensate(dead.request, fault);
    case 'cancel':
      return yield* cancel({ message, envelope });
    case 'reschedule':
      return yield* settleReschedule(dead.request, fault);
    default:
      return message satisfies never;
  }
}

function* settleUnreadable(dead: DeadRequest & { kind: 'addressed' }, fault: Fault): Saga {
  return dead.requestKind === 'create' ? yield* compensate(dead, fault) : complete('refused', fault.code);
}

/** A change that nobody made ends nothing, unless the delivery lives by it: its plan waits for a drone. */
function* settleReschedule(request: DeliveryRequest, fault: Fault): Saga {
  const found = yield* ask({ name: 'getDroneDelivery' });
  const livesByIt = found.kind === 'done' && isWaitingFor(found.gain, request.envelope.sequence);
  return livesByIt ? yield* compensate(request, fault) : yield* refuse(request, fault);
}

function isWaitingFor({ state, requestSequence }: DroneDelivery, sequence: string): boolean {
  return (state === 'Waiting' || state === 'Deferred') && requestSequence === sequence;
}
