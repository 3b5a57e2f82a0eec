import type { CancelDeliveryMessage } from '@dronedelivery/contracts';
import { complete } from './compensation.ts';
import { refuse } from './refusal.ts';
import type { DeliveryRequest } from './request.ts';
import { ask, type Refused, type Saga } from './saga.ts';

type CancelRequest = DeliveryRequest<CancelDeliveryMessage>;

/** Releases first; the delivery is only cancelled if no drone can pick the parcel up any more. */
export function* cancel(request: CancelRequest): Saga {
  const released = yield* ask({ name: 'releaseDroneDelivery' });
  if (released.kind === 'refused') return yield* refused(request, released);
  const { requestId } = request.message;
  const reason = { code: 'cancelled', text: 'Cancelled on request.' };
  const ended = yield* ask({ name: 'putDeliveryOutcome', body: { stage: 'Cancelled', reason, requestId } });
  return ended.kind === 'done' ? complete('cancelled') : yield* refused(request, ended);
}

function* refused(request: CancelRequest, { code, detail }: Refused): Saga {
  if (code === 'parcel-on-board' || code === 'delivery-under-way' || code === 'delivery-terminal') {
    return yield* refuse(request, { code, text: detail });
  }
  return { kind: 'dead-letter', reason: 'compensation-failed', description: `cancel: answered ${code}: ${detail}` };
}
