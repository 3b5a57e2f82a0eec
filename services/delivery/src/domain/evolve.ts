import { type DeliveryKey, type DeliveryState, type Mission, refusedRequestsMax } from './delivery.ts';
import type { DeliveryEvent } from './event.ts';

/** The state after an event. It trusts its events: what may happen is decided in `decide`. */
export function evolve(before: DeliveryState | undefined, event: DeliveryEvent): DeliveryState {
  const state = before ?? blank(keyOf(event), event.atMs);
  return {
    ...state,
    ...changes(state, event),
    updatedAtMs: Math.max(state.updatedAtMs, event.atMs),
    historySequence: state.historySequence + 1,
  };
}

function keyOf(event: DeliveryEvent): DeliveryKey {
  if ('key' in event) return event.key;
  throw new Error(`a delivery does not begin with "${event.kind}"`);
}

/** Before its first event a delivery has nothing but its key. */
function blank({ businessId, id }: DeliveryKey, atMs: number): DeliveryState {
  return {
    businessId,
    id,
    stage: 'Created',
    reason: null,
    order: null,
    plan: null,
    requestSequence: null,
    planRevision: 0,
    mission: null,
    missionSequence: 0,
    missionRevision: 0,
    confirmationDueMs: null,
    confirmation: null,
    subscriptions: [],
    refusedRequests: [],
    pickedUpAtMs: null,
    deliveredAtMs: null,
    createdAtMs: atMs,
    updatedAtMs: atMs,
    endedAtMs: null,
    historySequence: 0,
    traceparent: null,
  };
}

function changes(state: DeliveryState, event: DeliveryEvent): Partial<DeliveryState> {
  const { atMs } = event;
  switch (event.kind) {
    case 'created':
    case 'details-received': {
      const { order, plan, requestSequence, traceparent } = event;
      return { order, plan, requestSequence, traceparent, planRevision: state.planRevision + 1 };
    }
    case 'rescheduled':
      return {
        plan: event.plan,
        requestSequence: event.requestSequence,
        planRevision: state.planRevision + 1,
        ...(state.stage === 'Created' ? { stage: 'Rescheduled' } : {}),
      };
    case 'refused':
      return { refusedRequests: [...state.refusedRequests, event.requestId].slice(-refusedRequestsMax) };
    case 'assigned':
    case 'replanned':
    case 'unassigned':
    case 'released':
    case 'departed':
    case 'picked-up':
    case 'delivered':
    case 'mission-failed':
      return {
        missionSequence: event.missionSequence,
        missionRevision: event.missionRevision,
        ...missionChanges(state, event),
      };
    case 'confirmed':
      return { confirmation: event.confirmation, confirmationDueMs: null };
    case 'completed':
      return { stage: 'Completed', endedAtMs: atMs };
    case 'cancelled':
      return { stage: 'Cancelled', reason: event.reason, endedAtMs: atMs, confirmationDueMs: null };
    case 'failed':
      return { stage: 'Failed', reason: event.reason, endedAtMs: atMs, confirmationDueMs: null };
    case 'notification-requested':
      return { subscriptions: [...state.subscriptions, event.subscription] };
    default:
      return event satisfies never;
  }
}

type MissionEvent = Extract<DeliveryEvent, { readonly missionSequence: number }>;

function missionChanges(state: DeliveryState, event: MissionEvent): Partial<DeliveryState> {
  switch (event.kind) {
    case 'assigned':
      return { mission: missionOf(event), planRevision: state.planRevision + 1 };
    case 'replanned':
      return { mission: { ...missionOf(event), departedAtMs: state.mission?.departedAtMs ?? null } };
    case 'unassigned':
    case 'released':
      return { mission: null };
    case 'departed':
      return {
        mission: state.mission && { ...state.mission, departedAtMs: event.atMs },
        stage: 'HeadedToPickup',
      };
    case 'picked-up':
      return { stage: 'HeadedToDropoff', pickedUpAtMs: event.atMs };
    case 'delivered':
      return { deliveredAtMs: event.atMs, confirmationDueMs: event.confirmationDueMs };
    case 'mission-failed':
      return { stage: 'Failed', reason: event.reason, endedAtMs: event.atMs };
    default:
      return event satisfies never;
  }
}

function missionOf(event: Extract<DeliveryEvent, { readonly kind: 'assigned' | 'replanned' }>): Mission {
  return { missionId: event.missionId, droneId: event.droneId, flight: event.flight, departedAtMs: null };
}
