import type { Binding } from './assignment.ts';
import { afterRelease, compensate, complete, type Fault } from './compensation.ts';
import type { Circumstances } from './policy.ts';
import type { DeliveryRequest } from './request.ts';
import type { Outcome, Refused, Saga } from './saga.ts';

/** Ends a request by which its delivery lives, whatever the scheduler made of it. */
export function* afterBinding(
  request: DeliveryRequest,
  binding: Binding,
  { bound, deadline }: { readonly bound: Outcome; readonly deadline: string },
  circumstances: Circumstances,
): Saga {
  switch (binding.kind) {
    case 'bound':
      return complete(bound);
    case 'later':
    case 'waiting':
      return binding.ending;
    case 'hopeless': {
      const text = `No drone was free before the deadline ${deadline}.`;
      return yield* compensate(request, { code: 'no-drone-before-deadline', text });
    }
    case 'refused':
      return yield* afterRefusal(request, binding, circumstances);
  }
}

export function faultOf({ code, detail }: Refused): Fault {
  return { code, text: detail };
}

function* afterRefusal(request: DeliveryRequest, refusal: Refused, circumstances: Circumstances): Saga {
  switch (refusal.code) {
    case 'plan-superseded':
    case 'conflict':
      return complete('superseded', refusal.code);
    case 'parcel-on-board':
      return complete('under-way');
    case 'released':
      return yield* afterRelease(request, circumstances);
    default:
      return yield* compensate(request, faultOf(refusal));
  }
}
