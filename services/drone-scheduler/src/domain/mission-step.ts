import type { Location, MissionEventData, MissionEventKind, Reason } from '@dronedelivery/contracts';
import type { DroneChange } from './drone.ts';
import { type BoundMission, instant, type Mission, publishedPlan } from './mission.ts';
import type { Usage } from './usage.ts';

/** One decision on a delivery: everything in it is stored together or not at all. */
export interface MissionStep {
  readonly mission: Mission;
  readonly events: readonly MissionEventData[];
  readonly drones: readonly DroneChange[];
  readonly usage: readonly Usage[];
}

export interface Occasion {
  readonly atMs: number;
  readonly location: Location | null;
  readonly reason?: Reason;
}

/** Starts a step; what follows adds to it. */
export function begin(mission: Mission): MissionStep {
  return { mission, events: [], drones: [], usage: [] };
}

/** A change without an event. */
export function changed(step: MissionStep, atMs: number, fields: Partial<Mission>): MissionStep {
  const { mission } = step;
  return { ...step, mission: { ...mission, ...fields, sequence: mission.sequence + 1, updatedAtMs: atMs } };
}

/** A change that is told as an event, in the words of the mission after it. */
export function told(
  step: MissionStep,
  kind: MissionEventKind,
  occasion: Occasion,
  fields: Partial<Mission>,
): MissionStep {
  const after = changed(step, occasion.atMs, fields);
  const event = missionEvent(after.mission as BoundMission, kind, occasion);
  return { ...after, events: [...after.events, event] };
}

export function withDrone(step: MissionStep, change: DroneChange): MissionStep {
  return { ...step, drones: [...step.drones, change] };
}

export function withUsage(step: MissionStep, usage: readonly Usage[]): MissionStep {
  return { ...step, usage: [...step.usage, ...usage] };
}

function missionEvent(mission: BoundMission, kind: MissionEventKind, occasion: Occasion): MissionEventData {
  const planned = kind === 'assigned' || kind === 'replanned';
  return {
    kind,
    businessId: mission.businessId,
    deliveryId: mission.deliveryId,
    missionId: mission.missionId,
    droneId: mission.droneId,
    revision: mission.revision,
    sequence: mission.sequence,
    occurredAt: instant(occasion.atMs),
    location: occasion.location,
    plan: planned ? publishedPlan(mission.request, mission.flight) : null,
    reason: occasion.reason ?? null,
  };
}
