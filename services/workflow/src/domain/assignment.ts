import type { DroneBinding, PutDroneDelivery } from '@dronedelivery/contracts';
import { backoffMs, type Circumstances } from './policy.ts';
import { type DeliveryRequest, nextTry } from './request.ts';
import { ask, type Ending, type Refused, type Saga } from './saga.ts';

export type Binding =
  | { readonly kind: 'bound' }
  /** The scheduler has the plan and names the moment to ask again. */
  | { readonly kind: 'later'; readonly ending: Ending }
  /** The scheduler has the plan, but no drone was free. */
  | { readonly kind: 'waiting'; readonly ending: Ending }
  /** No drone was free, and the deadline has passed. */
  | { readonly kind: 'hopeless' }
  | Refused;

/** Asks the scheduler to bind a drone, and says what is to be done when it did not. */
export function* bindDrone(
  request: DeliveryRequest,
  body: PutDroneDelivery,
  circumstances: Circumstances,
): Saga<Binding> {
  const put = yield* ask({ name: 'putDroneDelivery', body });
  if (put.kind === 'done') return bindingOf(put.gain, request, body.deadline, circumstances);
  return put.code === 'no-drone-available' ? noDrone(request, body.deadline, circumstances) : put;
}

function bindingOf(
  mission: DroneBinding,
  request: DeliveryRequest,
  deadline: string,
  circumstances: Circumstances,
): Binding {
  switch (mission.state) {
    case 'Deferred': {
      const untilMs = mission.assignAt === null ? circumstances.nowMs : Date.parse(mission.assignAt);
      return { kind: 'later', ending: { kind: 'delay', untilMs, reason: 'later-pickup' } };
    }
    case 'Waiting':
      return noDrone(request, deadline, circumstances);
    case 'Released':
      return { kind: 'refused', code: 'released', detail: 'The reservation was released.' };
    default:
      return { kind: 'bound' };
  }
}

function noDrone(request: DeliveryRequest, deadline: string, circumstances: Circumstances): Binding {
  const { nowMs, jitter, policy } = circumstances;
  const deadlineMs = Date.parse(deadline);
  if (nowMs >= deadlineMs) return { kind: 'hopeless' };
  const reason = 'no-drone-available';
  const delayMs = backoffMs(policy.noDroneDelay, nextTry(request, reason), jitter);
  // The last try comes with the deadline, not a whole delay after it.
  return { kind: 'waiting', ending: { kind: 'delay', untilMs: Math.min(nowMs + delayMs, deadlineMs), reason } };
}
