import { complete } from './compensation.ts';
import type { DeliveryRequest } from './request.ts';
import { ask, type Saga } from './saga.ts';

/** Writes into the delivery's history that a change was asked for and not made. */
export function* refuse(request: DeliveryRequest, reason: { readonly code: string; readonly text: string }): Saga {
  const { kind, requestId } = request.message;
  const body = {
    requestId,
    kind,
    requestSequence: request.envelope.sequence,
    reason: { code: reason.code.slice(0, 64), text: reason.text.slice(0, 1000) },
  };
  const recorded = yield* ask({ name: 'recordRefusal', body });
  if (recorded.kind === 'done') return complete('refused', reason.code);
  if (recorded.code === 'not-found') return complete('never-existed', reason.code);
  const description = `refusal ${reason.code} not recorded: answered ${recorded.code}`;
  return { kind: 'dead-letter', reason: 'compensation-failed', description };
}
