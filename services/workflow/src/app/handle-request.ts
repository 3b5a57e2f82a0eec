import { handle } from '../domain/handle.ts';
import type { SagaPolicy } from '../domain/policy.ts';
import type { DeliveryRequest } from '../domain/request.ts';
import type { DeadLetterReason, Ending } from '../domain/saga.ts';
import type { SagaEvents } from '../events.ts';
import { delayedCopy } from './delayed-copy.ts';
import type { Dependencies, SendCopy } from './ports.ts';
import { runSaga } from './run-saga.ts';

/** What is to become of the message. */
export type Settlement =
  | { readonly kind: 'complete' }
  | { readonly kind: 'dead-letter'; readonly reason: DeadLetterReason; readonly description: string };

export type HandleRequest = (request: DeliveryRequest, signal: AbortSignal) => Promise<Settlement>;

export interface HandlingPorts {
  readonly dependencies: Dependencies;
  readonly sendCopy: SendCopy;
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly policy: SagaPolicy;
  readonly events: Pick<SagaEvents, 'taken' | 'handled'>;
}

/** Handles one message of the queue: runs its saga, sends the copy that it may need, and only then lets go of it. */
export function createHandleRequest(ports: HandlingPorts): HandleRequest {
  return async (request, signal) => {
    ports.events.taken(request);
    const nowMs = Math.max(ports.now(), request.envelope.enqueuedAtMs);
    const circumstances = { nowMs, jitter: ports.random(), policy: ports.policy };
    const ending = await runSaga(handle(request, circumstances), request, ports.dependencies, signal);
    if (ending.kind === 'delay') {
      // A stop interrupts calls; that is no fault of the request, which the broker hands to somebody else.
      if (ending.reason === 'transient') signal.throwIfAborted();
      await ports.sendCopy(delayedCopy(request, ending));
    }
    ports.events.handled(request, ending);
    return settlementOf(ending);
  };
}

function settlementOf(ending: Ending): Settlement {
  return ending.kind === 'dead-letter' ? ending : { kind: 'complete' };
}
