import type { Drone, DroneDelivery } from '@dronedelivery/contracts';
import type { Snapshot } from './snapshot.ts';
import { deliveryKey, isBound } from './states.ts';
import type { Violation } from './violation.ts';

type Finding = Omit<Violation, 'invariant'>;

/** I2: a drone has one delivery, says so itself, and can carry it. */
export function findDoubleUse(snapshot: Snapshot): Violation[] {
  const bound = snapshot.missions.filter(isBound);
  const found = [...sharedDrones(bound), ...disagreements(bound, snapshot.drones), ...overloads(bound, snapshot)];
  return found.map((finding) => ({ invariant: 'I2', ...finding }));
}

function sharedDrones(bound: readonly DroneDelivery[]): Finding[] {
  const byDrone = Map.groupBy(bound, ({ droneId }) => droneId ?? '');
  return [...byDrone].flatMap(([droneId, missions]) =>
    missions.length < 2
      ? []
      : [
          {
            ids: [droneId, ...missions.map(({ deliveryId }) => deliveryId).sort()],
            text: 'the drone has several deliveries at once',
          },
        ],
  );
}

function disagreements(bound: readonly DroneDelivery[], drones: readonly Drone[]): Finding[] {
  const droneById = new Map(drones.map((drone) => [drone.droneId, drone]));
  const missionById = new Map(bound.map((mission) => [mission.missionId, mission]));
  const ofMissions = bound.filter(({ droneId, missionId }) => droneById.get(droneId ?? '')?.missionId !== missionId);
  const ofDrones = drones.filter(
    ({ droneId, missionId }) => missionId !== null && missionById.get(missionId)?.droneId !== droneId,
  );
  return [
    ...ofMissions.map(({ deliveryId, droneId, missionId }) => ({
      ids: [droneId ?? 'no drone', missionId ?? 'no mission', deliveryId],
      text: 'the drone knows nothing of the mission that is said to be its own',
    })),
    ...ofDrones.map(({ droneId, missionId }) => ({
      ids: [droneId, missionId ?? ''],
      text: 'the mission that the drone is on is not active, or has another drone',
    })),
  ];
}

function overloads(bound: readonly DroneDelivery[], { deliveries, drones, models }: Snapshot): Finding[] {
  const parcels = new Map(deliveries.map(({ businessId, id, parcel }) => [deliveryKey(businessId, id), parcel]));
  const modelOf = new Map(
    drones.map(({ droneId, modelId }) => [droneId, models.find((model) => model.modelId === modelId)]),
  );
  return bound.flatMap(({ businessId, deliveryId, droneId }) => {
    const parcel = parcels.get(deliveryKey(businessId, deliveryId));
    const model = modelOf.get(droneId ?? '');
    if (!parcel || !model || (parcel.weightKg <= model.maxPayloadKg && model.sizes.includes(parcel.size))) return [];
    return [{ ids: [droneId ?? '', deliveryId], text: `the parcel is beyond what a ${model.modelId} carries` }];
  });
}
