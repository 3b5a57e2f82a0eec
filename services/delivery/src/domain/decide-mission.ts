import type { NoteMission } from './command.ts';
import { applied, type Decision, ignored, type Surroundings } from './decision.ts';
import type { DeliveryState } from './delivery.ts';
import type { DeliveryEvent } from './event.ts';
import { isFinal, isUnderWay } from './stage.ts';

/**
 * News of the mission, in any order and as often as it comes. What is older than known changes nothing; what implies
 * steps that were not heard of takes them first, so that the stages are passed one by one.
 */
export function decideMission(news: NoteMission, state: DeliveryState, surroundings: Surroundings): Decision {
  if (isFinal(state.stage)) return ignored('terminal');
  if (news.sequence <= state.missionSequence || news.revision < state.missionRevision) return decideStale(news, state);
  if (state.confirmationDueMs !== null) return ignored('impossible');
  if (isUnderWay(state.stage) && !isFlying(state, news)) return ignored('impossible');
  switch (news.change) {
    case 'assigned':
    case 'replanned':
      return decideAssigned(news, state);
    case 'unassigned':
    case 'released':
      if (isUnderWay(state.stage)) return ignored('impossible');
      return applied({ kind: news.change, ...stamp(news), reason: news.reason });
    case 'departed':
      return appliedUnlessNone([...attach(news, state), ...depart(news, state)]);
    case 'picked-up':
      return appliedUnlessNone([...attach(news, state), ...pickUp(news, state)]);
    case 'delivered':
      return applied(...attach(news, state), ...pickUp(news, state), ...dropOff(news, state, surroundings));
    case 'failed':
      return applied({ kind: 'mission-failed', ...stamp(news), reason: news.reason ?? unexplained });
    default:
      return news.change satisfies never;
  }
}

/** A plan that comes after the departure that it was for still tells how the drone flies. */
function decideStale(news: NoteMission, state: DeliveryState): Decision {
  const { missionId, droneId, flight } = news;
  if (flight === null || state.mission?.flight !== null || !isFlying(state, news)) return ignored('stale');
  const { missionSequence, missionRevision } = state;
  return applied({ kind: 'replanned', ...stamp(news), missionSequence, missionRevision, missionId, droneId, flight });
}

const unexplained = { code: 'mission-failed', text: 'The mission failed' };

function stamp({ sequence, revision, occurredAtMs, location }: NoteMission) {
  return { atMs: occurredAtMs, missionSequence: sequence, missionRevision: revision, location };
}

function isFlying(state: DeliveryState, { missionId }: NoteMission): boolean {
  return state.mission?.missionId === missionId;
}

function decideAssigned(news: NoteMission, state: DeliveryState): Decision {
  if (!isFlying(state, news)) return applied(...attach(news, state));
  // An answer of the scheduler without a plan tells nothing that the event has not told.
  if (news.flight === null && news.revision === state.missionRevision) return ignored('stale');
  const flight = news.flight ?? state.mission?.flight ?? null;
  return applied({ kind: 'replanned', ...stamp(news), missionId: news.missionId, droneId: news.droneId, flight });
}

/** The drone, where its assignment was not heard of. */
function attach(news: NoteMission, state: DeliveryState): DeliveryEvent[] {
  if (isFlying(state, news)) return [];
  const { missionId, droneId, flight } = news;
  return [{ kind: 'assigned', ...stamp(news), missionId, droneId, flight }];
}

function depart(news: NoteMission, state: DeliveryState): DeliveryEvent[] {
  if (isUnderWay(state.stage)) return [];
  if (isFlying(state, news) && state.mission?.departedAtMs != null) return [];
  return [{ kind: 'departed', ...stamp(news), atMs: news.departedAtMs ?? news.occurredAtMs }];
}

function pickUp(news: NoteMission, state: DeliveryState): DeliveryEvent[] {
  if (isUnderWay(state.stage)) return [];
  return [...depart(news, state), { kind: 'picked-up', ...stamp(news), atMs: news.pickedUpAtMs ?? news.occurredAtMs }];
}

function dropOff(news: NoteMission, state: DeliveryState, surroundings: Surroundings): DeliveryEvent[] {
  const { nowMs, confirmationWindowMs } = surroundings;
  const awaited = (state.order?.confirmationRequired ?? 'None') !== 'None';
  const confirmationDueMs = awaited ? nowMs + confirmationWindowMs : null;
  const delivered: DeliveryEvent = { kind: 'delivered', ...stamp(news), confirmationDueMs };
  return awaited ? [delivered] : [delivered, { kind: 'completed', atMs: news.occurredAtMs }];
}

function appliedUnlessNone(events: readonly DeliveryEvent[]): Decision {
  return events.length === 0 ? ignored('impossible') : applied(...events);
}
