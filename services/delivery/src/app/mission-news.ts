import type {
  DroneDelivery,
  MissionEventData,
  MissionEventKind,
  MissionFlightPlan,
  MissionState,
} from '@dronedelivery/contracts';
import type { NoteMission } from '../domain/command.ts';
import type { Flight } from '../domain/delivery.ts';

/** A mission event as a command. */
export function newsOfEvent(event: MissionEventData): NoteMission {
  const { kind: change, missionId, droneId, revision, sequence, location, plan, reason } = event;
  return {
    kind: 'note-mission',
    change,
    missionId,
    droneId,
    revision,
    sequence,
    occurredAtMs: Date.parse(event.occurredAt),
    location,
    flight: plan && flightOf(plan),
    reason,
    departedAtMs: null,
    pickedUpAtMs: null,
  };
}

const changesByState: Readonly<Record<MissionState, MissionEventKind>> = {
  Deferred: 'unassigned',
  Waiting: 'unassigned',
  Assigned: 'assigned',
  EnRouteToPickup: 'departed',
  Loading: 'departed',
  EnRouteToDropoff: 'picked-up',
  Unloading: 'picked-up',
  Delivered: 'delivered',
  Failed: 'failed',
  Released: 'released',
};

/** The scheduler's record as if it were an event: it implies all that came before. Undefined where it says nothing new. */
export function newsOfRecord(record: DroneDelivery, hasDrone: boolean): NoteMission | undefined {
  const change = changesByState[record.state];
  if (change === 'unassigned' && !hasDrone) return undefined;
  const withoutDrone = change === 'unassigned' || change === 'released' || change === 'failed';
  const { missionId, droneId, revision, sequence, location, reason } = record;
  if (!withoutDrone && (missionId === null || droneId === null)) return undefined;
  const departedAtMs = momentOf(record.departedAt);
  const pickedUpAtMs = momentOf(record.pickedUpAt);
  const times: Partial<Record<MissionEventKind, number | null>> = {
    departed: departedAtMs,
    'picked-up': pickedUpAtMs,
    delivered: momentOf(record.deliveredAt),
  };
  return {
    kind: 'note-mission',
    change,
    missionId: missionId ?? 'none',
    droneId: droneId ?? 'none',
    revision,
    sequence,
    occurredAtMs: times[change] ?? Date.parse(record.updatedAt),
    location,
    flight: null,
    reason,
    departedAtMs,
    pickedUpAtMs,
  };
}

function flightOf({ pickupTime, departAt, pickupEta, deliveryEta, ...plan }: MissionFlightPlan): Flight {
  return {
    ...plan,
    pickupTimeMs: Date.parse(pickupTime),
    departAtMs: Date.parse(departAt),
    pickupEtaMs: Date.parse(pickupEta),
    deliveryEtaMs: Date.parse(deliveryEta),
  };
}

function momentOf(instant: string | null): number | null {
  return instant === null ? null : Date.parse(instant);
}
