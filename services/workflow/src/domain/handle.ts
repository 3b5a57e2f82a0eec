import { cancel } from './cancel.ts';
import { compensate } from './compensation.ts';
import { create } from './create.ts';
import { backoffMs, type Circumstances } from './policy.ts';
import { type DeliveryRequest, nextTry } from './request.ts';
import { reschedule } from './reschedule.ts';
import { type Ending, Interrupted, type Saga } from './saga.ts';

/** The whole handling of a request, from the message to its ending. */
export function* handle(request: DeliveryRequest, circumstances: Circumstances): Saga {
  const { compensation } = request.envelope;
  try {
    return yield* compensation === undefined ? sagaOf(request, circumstances) : undo(request, compensation);
  } catch (error) {
    return yield* afterInterruption(request, interruption(error), circumstances);
  }
}

function sagaOf({ message, envelope }: DeliveryRequest, circumstances: Circumstances): Saga {
  switch (message.kind) {
    case 'create':
      return create({ message, envelope }, circumstances);
    case 'reschedule':
      return reschedule({ message, envelope }, circumstances);
    case 'cancel':
      return cancel({ message, envelope });
    default:
      return message satisfies never;
  }
}

function* afterInterruption(request: DeliveryRequest, stop: Interrupted, circumstances: Circumstances): Saga {
  if (stop.compensation !== undefined || !isOverdue(request, circumstances)) return later(request, stop, circumstances);
  try {
    return yield* undo(request, 'not-planned-before-deadline');
  } catch (error) {
    return later(request, interruption(error), circumstances);
  }
}

function undo(request: DeliveryRequest, code: string): Saga {
  return compensate(request, { code, text: `The request was undone: ${code}.` });
}

function interruption(error: unknown): Interrupted {
  if (error instanceof Interrupted) return error;
  throw error;
}

/** Nothing but transient faults until the deadline, and some time more. */
function isOverdue({ message }: DeliveryRequest, { nowMs, policy }: Circumstances): boolean {
  return message.kind === 'create' && nowMs > Date.parse(message.plan.deadline) + policy.deadlineGraceMs;
}

function later(request: DeliveryRequest, stop: Interrupted, { nowMs, jitter, policy }: Circumstances): Ending {
  const { fault, compensation } = stop;
  const tries = nextTry(request, 'transient');
  if (tries > policy.transientTriesMax || nowMs > Date.parse(request.message.requestedAt) + policy.ageMaxMs) {
    return { kind: 'dead-letter', reason: 'transient-exhausted', description: fault.cause };
  }
  const waitMs = Math.min(fault.retryAfterMs ?? 0, policy.transientDelay.maxMs);
  const untilMs = nowMs + Math.max(backoffMs(policy.transientDelay, tries, jitter), waitMs);
  const delay = { kind: 'delay', untilMs, reason: 'transient', detail: fault.cause } as const;
  return compensation === undefined ? delay : { ...delay, compensation };
}
