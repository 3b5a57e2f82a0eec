import type { DroneBinding, DroneDelivery } from '@dronedelivery/contracts';
import type { Drone } from '../../domain/drone.ts';
import { instant, isBound, type Mission } from '../../domain/mission.ts';

/** The scheduler's record as it is told; the drone lends its position while it is bound. */
export function presentMission(mission: Mission, drone: Drone | undefined): DroneDelivery {
  const { flight } = mission;
  return {
    businessId: mission.businessId,
    deliveryId: mission.deliveryId,
    ownerId: mission.request?.ownerId ?? null,
    state: mission.state,
    sequence: mission.sequence,
    revision: mission.revision,
    requestSequence: mission.requestSequence,
    missionId: mission.missionId,
    droneId: mission.droneId,
    location: isBound(mission) ? (drone?.location ?? null) : null,
    pickupEta: instantOrNull(flight?.pickupEtaMs),
    deliveryEta: instantOrNull(flight?.deliveryEtaMs),
    departedAt: instantOrNull(mission.departedAtMs),
    pickedUpAt: instantOrNull(mission.pickedUpAtMs),
    deliveredAt: instantOrNull(mission.deliveredAtMs),
    assignAt: instantOrNull(mission.assignAtMs),
    reason: mission.reason,
    updatedAt: instant(mission.updatedAtMs),
  };
}

export function presentBinding({ state, assignAtMs }: Mission): DroneBinding {
  return { state, assignAt: instantOrNull(assignAtMs) };
}

function instantOrNull(atMs: number | null | undefined): string | null {
  return atMs === null || atMs === undefined ? null : instant(atMs);
}
