import type { CreateDeliveryMessage, PutDelivery, PutDroneDelivery } from '@dronedelivery/contracts';
import { afterBinding, faultOf } from './after-binding.ts';
import { bindDrone } from './assignment.ts';
import { afterRelease, compensate, complete, isTerminal } from './compensation.ts';
import type { Circumstances } from './policy.ts';
import type { DeliveryRequest } from './request.ts';
import { ask, type Ending, type Saga } from './saga.ts';

type CreateRequest = DeliveryRequest<CreateDeliveryMessage>;

/** Delivery, package, drone: each step may have been done before, by this message or by its crashed handling. */
export function* create(request: CreateRequest, circumstances: Circumstances): Saga {
  if (request.envelope.delayReason === 'release-pending') return yield* afterRelease(request, circumstances);
  if (!isPrepared(request)) {
    const ended = yield* prepare(request);
    if (ended !== undefined) return ended;
    const assignAtMs = Date.parse(request.message.plan.pickupTime) - circumstances.policy.assignAheadMs;
    if (assignAtMs > circumstances.nowMs) return { kind: 'delay', untilMs: assignAtMs, reason: 'later-pickup' };
  }
  return yield* assign(request, circumstances);
}

/** A copy for these reasons was sent after delivery and package had been stored. */
function isPrepared({ envelope }: CreateRequest): boolean {
  return envelope.delayReason === 'later-pickup' || envelope.delayReason === 'no-drone-available';
}

function* prepare(request: CreateRequest): Saga<Ending | undefined> {
  const put = yield* ask({ name: 'putDelivery', body: deliveryBody(request) });
  if (put.kind === 'refused') {
    return put.code === 'delivery-terminal' ? complete('ended-before') : yield* compensate(request, faultOf(put));
  }
  const age = put.gain.created ? 'this' : yield* ageOfPlan(request);
  if (age === 'ended') return complete('ended-before');
  // Another request with the same key came first: the delivery is its, and nothing of it may be touched.
  if (age === 'earlier') return complete('refused', 'already-exists');
  return yield* storePackage(request, age);
}

type AgeOfPlan = 'earlier' | 'this' | 'later' | 'ended';

/** Whose plan an existing delivery has. */
function* ageOfPlan(request: CreateRequest): Saga<AgeOfPlan> {
  const found = yield* ask({ name: 'getDelivery' });
  if (found.kind === 'refused') return 'this';
  const { stage, requestSequence } = found.gain;
  if (isTerminal(stage)) return 'ended';
  if (requestSequence === null) return 'this';
  const difference = BigInt(requestSequence) - BigInt(request.envelope.sequence);
  if (difference === 0n) return 'this';
  return difference < 0n ? 'earlier' : 'later';
}

function* storePackage(request: CreateRequest, age: AgeOfPlan): Saga<Ending | undefined> {
  const { parcel, ownerId, deliveryId } = request.message;
  const { size, weightKg: weight, tag } = parcel;
  const body = { size, weight, ownerId, deliveryId, ...(tag === undefined ? {} : { tag }) };
  const put = yield* ask({ name: 'putPackage', packageId: parcel.packageId, body });
  if (put.kind === 'done') return undefined;
  // A later plan is in force, so the delivery lives by another message than this one.
  return age === 'later' ? complete('superseded', put.code) : yield* compensate(request, faultOf(put));
}

function* assign(request: CreateRequest, circumstances: Circumstances): Saga {
  const binding = yield* bindDrone(request, droneBody(request), circumstances);
  const { deadline } = request.message.plan;
  return yield* afterBinding(request, binding, { bound: 'assigned', deadline }, circumstances);
}

function deliveryBody({ message, envelope }: CreateRequest): PutDelivery {
  const { ownerId, plan, expedited, confirmationRequired, parcel, requestedAt } = message;
  return { ownerId, ...plan, expedited, confirmationRequired, parcel, requestSequence: envelope.sequence, requestedAt };
}

function droneBody({ message, envelope }: CreateRequest): PutDroneDelivery {
  const { ownerId, plan, expedited, parcel } = message;
  return {
    ownerId,
    ...plan,
    expedited,
    packageSize: parcel.size,
    weightKg: parcel.weightKg,
    requestSequence: envelope.sequence,
  };
}
