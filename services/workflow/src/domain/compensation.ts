import type { Circumstances } from './policy.ts';
import type { DeliveryRequest } from './request.ts';
import { ask, type Ending, Interrupted, type Outcome, type Saga } from './saga.ts';

export interface Fault {
  readonly code: string;
  readonly text: string;
}

/** Undoing needs no more of a request than its id, so that an unreadable one can be undone too. */
export interface Undoable {
  readonly message: { readonly requestId: string };
}

/**
 * Undoes a request and ends its delivery as failed. The reservation goes first: that is the one atomic decision
 * against a drone that picks the parcel up at this moment.
 */
export function* compensate(request: Undoable, fault: Fault): Saga {
  try {
    return yield* releaseAndFail(request, fault);
  } catch (error) {
    throw error instanceof Interrupted ? new Interrupted(error.fault, fault.code) : error;
  }
}

/**
 * For a request that finds its reservation released. Whoever released it also writes the delivery's end, unless it
 * was this very request before a crash: so wait once, then write it.
 */
export function* afterRelease(request: DeliveryRequest, circumstances: Circumstances): Saga {
  const found = yield* ask({ name: 'getDelivery' });
  if (found.kind === 'refused') return complete('ended-before', found.code);
  if (isTerminal(found.gain.stage)) return complete('ended-before');
  if (request.envelope.delayReason !== 'release-pending') {
    const untilMs = circumstances.nowMs + circumstances.policy.releasePendingDelayMs;
    return { kind: 'delay', untilMs, reason: 'release-pending' };
  }
  return yield* writeFailed(request, { code: 'released', text: 'The reservation of a drone was released.' });
}

export function isTerminal(stage: string): boolean {
  return stage === 'Completed' || stage === 'Cancelled' || stage === 'Failed';
}

export function complete(outcome: Outcome, detail?: string): Ending {
  return detail === undefined ? { kind: 'complete', outcome } : { kind: 'complete', outcome, detail };
}

function* releaseAndFail(request: Undoable, fault: Fault): Saga {
  const released = yield* ask({ name: 'releaseDroneDelivery' });
  if (released.kind === 'done') return yield* writeFailed(request, fault);
  return released.code === 'parcel-on-board' ? complete('under-way', fault.code) : failed(fault, released.code);
}

function* writeFailed(request: Undoable, fault: Fault): Saga {
  const { requestId } = request.message;
  const reason = { code: fault.code.slice(0, 64), text: fault.text.slice(0, 1000) };
  const body = { stage: 'Failed', reason, requestId } as const;
  const ended = yield* ask({ name: 'putDeliveryOutcome', body });
  if (ended.kind === 'done') return complete('compensated', fault.code);
  if (ended.code === 'delivery-terminal') return complete('ended-before', fault.code);
  return ended.code === 'delivery-under-way' ? complete('under-way', fault.code) : failed(fault, ended.code);
}

function failed(fault: Fault, answer: string): Ending {
  return { kind: 'dead-letter', reason: 'compensation-failed', description: `${fault.code}: answered ${answer}` };
}
