import type { DeliveryStageEvent, TrackingEvent } from '@dronedelivery/contracts';
import { derivedId } from '@dronedelivery/service-kit/ids';
import { type Announcement, announcementOf, type Step, tellingsOf } from '../domain/announce.ts';
import { type ArrivalSurroundings, estimateArrivals } from '../domain/arrivals.ts';
import type { DeliveryState } from '../domain/delivery.ts';
import type { DeliveryEvent } from '../domain/event.ts';
import type { LivePosition } from '../domain/live-position.ts';
import { isFinal } from '../domain/stage.ts';
import type { DeliveryChange, NewNotification } from './ports.ts';
import { instant, instantOrNull } from './views.ts';

export interface ChangeSurroundings extends ArrivalSurroundings {
  /** Silence after which the scheduler is asked about a delivery. */
  readonly silenceMs: number;
}

const stageEventType = 'com.fabrikam.shipping.delivery-stage.v1';

/** What is saved together: the new state, its history, what topics are told and what people are told. */
export function changeOf(
  state: DeliveryState,
  steps: readonly Step[],
  position: LivePosition | null,
  surroundings: ChangeSurroundings,
): DeliveryChange {
  const told = steps.map((step) => ({ step, tracking: trackingOf(step, position, surroundings) }));
  const announced = told.flatMap(({ step, tracking }) => {
    const announcement = announcementOf(step);
    return announcement === undefined ? [] : [{ announcement, tracking }];
  });
  return {
    changedAtMs: surroundings.nowMs,
    state,
    tracking: told.map(({ tracking }) => tracking),
    stageEvents: announced.map(({ announcement, tracking }) => stageEventOf(announcement, tracking)),
    notifications: announced.flatMap(({ announcement, tracking }) =>
      notificationsOf(announcement, tracking, surroundings.nowMs),
    ),
    nextCheckMs: nextCheckMs(state, surroundings),
  };
}

/** Without a drone nothing is to be heard before the pickup time, and that it then waits for one is no surprise. */
function nextCheckMs(state: DeliveryState, { nowMs, silenceMs }: ChangeSurroundings): number | null {
  if (isFinal(state.stage) || state.confirmationDueMs !== null) return null;
  const departAtMs = state.mission?.flight?.departAtMs ?? nowMs;
  if (state.mission !== null) return Math.max(nowMs, departAtMs) + silenceMs;
  return Math.max(nowMs, state.plan?.pickupTimeMs ?? nowMs) + 2 * silenceMs;
}

function trackingOf(
  { event, after }: Step,
  position: LivePosition | null,
  surroundings: ArrivalSurroundings,
): TrackingEvent {
  const arrivals = estimateArrivals(after, position, surroundings);
  return {
    sequence: after.historySequence,
    at: instant(event.atMs),
    kind: event.kind === 'mission-failed' ? 'failed' : event.kind,
    stage: after.stage,
    planRevision: after.planRevision,
    droneId: after.mission?.droneId ?? null,
    location: ('location' in event ? event.location : null) ?? position?.location ?? null,
    pickupETA: instantOrNull(arrivals.pickupMs),
    deliveryETA: instantOrNull(arrivals.deliveryMs),
    reason: 'reason' in event ? event.reason : null,
    requestId: requestIdOf(event),
    traceId: after.traceparent?.split('-')[1] ?? null,
  };
}

function requestIdOf(event: DeliveryEvent): string | null {
  return 'requestId' in event ? event.requestId : null;
}

function stageEventOf(
  { stage, previousStage, after, reason }: Announcement,
  tracking: TrackingEvent,
): DeliveryStageEvent {
  const { businessId, id: deliveryId, traceparent } = after;
  const { sequence, planRevision, droneId, pickupETA, deliveryETA, at } = tracking;
  return {
    specversion: '1.0',
    id: derivedId('delivery-stage', businessId, deliveryId, String(sequence)),
    source: '/services/delivery',
    type: stageEventType,
    subject: `${businessId}/${deliveryId}`,
    time: at,
    datacontenttype: 'application/json',
    ...(traceparent === null ? {} : { traceparent }),
    data: {
      businessId,
      deliveryId,
      stage,
      previousStage,
      planRevision,
      sequence,
      occurredAt: at,
      droneId,
      pickupETA,
      deliveryETA,
      reason,
    },
  };
}

/** The ids follow from what is told to whom: whoever makes them again makes the same. */
function notificationsOf(announcement: Announcement, tracking: TrackingEvent, nowMs: number): NewNotification[] {
  const { stage, after } = announcement;
  const { businessId, id, planRevision } = after;
  return tellingsOf(announcement).map(({ channel, address, webhookSecret }) => {
    const notificationId = derivedId(businessId, id, stage, String(planRevision), channel, address);
    const { at, droneId, pickupETA, deliveryETA, reason } = tracking;
    const content = {
      notificationId,
      deliveryId: id,
      stage,
      planRevision,
      at,
      droneId,
      pickupETA,
      deliveryETA,
      reason,
    };
    return {
      id: notificationId,
      key: { businessId, id },
      stage,
      planRevision,
      channel,
      address,
      webhookSecret,
      content: JSON.stringify(content),
      createdAtMs: nowMs,
    };
  });
}
