import type { DeliveryStage, Reason } from '@dronedelivery/contracts';
import type { DeliveryState, NotificationTarget } from './delivery.ts';
import type { DeliveryEvent } from './event.ts';
import { evolve } from './evolve.ts';

/** One event with the state that it led to. */
export interface Step {
  readonly event: DeliveryEvent;
  readonly before: DeliveryState | undefined;
  readonly after: DeliveryState;
}

/** What the world is told: a stage was entered, or its plan has changed. Stage and plan revision together are new each time. */
export interface Announcement {
  readonly stage: DeliveryStage;
  readonly previousStage: DeliveryStage | null;
  readonly after: DeliveryState;
  readonly atMs: number;
  readonly reason: Reason | null;
}

export function stepsOf(state: DeliveryState | undefined, events: readonly DeliveryEvent[]): Step[] {
  let before = state;
  return events.map((event) => {
    const step = { event, before, after: evolve(before, event) };
    before = step.after;
    return step;
  });
}

export function announcementOf({ event, before, after }: Step): Announcement | undefined {
  if (!isAnnounced(event, before, after)) return undefined;
  return {
    stage: after.stage,
    previousStage: before?.stage ?? null,
    after,
    atMs: event.atMs,
    reason: after.reason,
  };
}

function isAnnounced(event: DeliveryEvent, before: DeliveryState | undefined, after: DeliveryState): boolean {
  if (before === undefined || before.stage !== after.stage || event.kind === 'rescheduled') return true;
  // Another drone comes for a parcel that one was under way to already: the customer's ETA changes.
  return event.kind === 'assigned' && after.stage === 'HeadedToPickup';
}

export interface Telling extends NotificationTarget {
  readonly subscriptionId: string;
  readonly webhookSecret: string | null;
}

/** Whom to tell; an address that subscribed twice is told once. */
export function tellingsOf({ stage, after }: Announcement): Telling[] {
  const tellings = new Map<string, Telling>();
  for (const { id, stages, targets, webhookSecret } of after.subscriptions) {
    if (!stages.includes(stage)) continue;
    for (const target of targets) {
      const key = `${target.channel} ${target.address}`;
      if (!tellings.has(key)) tellings.set(key, { ...target, subscriptionId: id, webhookSecret });
    }
  }
  return [...tellings.values()];
}
