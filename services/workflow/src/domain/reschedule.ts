import type { Delivery, DeliveryPlan, PutDroneDelivery, RescheduleDeliveryMessage } from '@dronedelivery/contracts';
import { afterBinding } from './after-binding.ts';
import { bindDrone } from './assignment.ts';
import { afterRelease, complete, isTerminal } from './compensation.ts';
import { mergePlan, planOf } from './plan.ts';
import type { Circumstances } from './policy.ts';
import { refuse } from './refusal.ts';
import { type DeliveryRequest, nextTry } from './request.ts';
import { ask, type Ending, type Refused, type Saga } from './saga.ts';

type RescheduleRequest = DeliveryRequest<RescheduleDeliveryMessage>;

/** The scheduler decides on the new plan first, being the one that knows where the drone is; then delivery takes it over. */
export function* reschedule(request: RescheduleRequest, circumstances: Circumstances): Saga {
  if (request.envelope.delayReason === 'release-pending') return yield* afterRelease(request, circumstances);
  const found = yield* ask({ name: 'getDelivery' });
  if (found.kind === 'refused') return beforeCreate(request, circumstances);
  const delivery = found.gain;
  const present = planOf(delivery);
  if (isTerminal(delivery.stage) || present === undefined) return yield* refuseEnded(request);
  const applied = delivery.requestSequence === request.envelope.sequence;
  const wanted = applied
    ? ({ kind: 'plan', plan: present } as const)
    : mergePlan(present, request.message.changes, circumstances.nowMs);
  if (wanted.kind === 'impossible') return yield* refuse(request, wanted);
  return yield* change({ request, delivery, plan: wanted.plan, applied }, circumstances);
}

interface Change {
  readonly request: RescheduleRequest;
  readonly delivery: Delivery;
  readonly plan: DeliveryPlan;
  /** Delivery has this very plan already: the message came back to get a drone for it. */
  readonly applied: boolean;
}

function beforeCreate(request: RescheduleRequest, { nowMs, policy }: Circumstances): Ending {
  const reason = 'before-create';
  if (nextTry(request, reason) > policy.beforeCreateTriesMax) return complete('never-existed');
  return { kind: 'delay', untilMs: nowMs + policy.beforeCreateDelayMs, reason };
}

function* refuseEnded(request: RescheduleRequest): Saga {
  return yield* refuse(request, { code: 'delivery-terminal', text: 'The delivery has ended.' });
}

function* change(wanted: Change, circumstances: Circumstances): Saga {
  const { request, plan, applied } = wanted;
  const binding = yield* bindDrone(request, droneBody(wanted), circumstances);
  if (!applied) {
    if (binding.kind === 'refused') return yield* refused(request, binding);
    const ended = yield* replan(wanted);
    if (ended !== undefined) return ended;
  }
  // The delivery lives by this message since its plan was accepted, so an end has to be found for it.
  return yield* afterBinding(request, binding, { bound: 'rescheduled', deadline: plan.deadline }, circumstances);
}

/** The scheduler has kept the plan it had. */
function* refused(request: RescheduleRequest, { code, detail }: Refused): Saga {
  return yield* refuse(request, { code, text: detail });
}

/** What delivery refuses here, it has in its history by itself. */
function* replan({ request, plan }: Change): Saga<Ending | undefined> {
  const { requestId } = request.message;
  const body = { requestId, requestSequence: request.envelope.sequence, ...plan };
  const put = yield* ask({ name: 'replanDelivery', body });
  return put.kind === 'done' ? undefined : complete('refused', put.code);
}

function droneBody({ request, delivery, plan }: Change): PutDroneDelivery {
  const { owner, parcel, expedited } = delivery;
  // Both are null only in deliveries that were cancelled before their create, which are terminal.
  if (owner === null || parcel === null) throw new TypeError('a delivery with a plan has an owner and a parcel');
  return {
    ownerId: owner.userId,
    ...plan,
    expedited,
    packageSize: parcel.size,
    weightKg: parcel.weightKg,
    requestSequence: request.envelope.sequence,
  };
}
