import type { RegisterDrone, Station } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { Drone } from '../domain/drone.ts';
import type { FleetView } from './fleet-view.ts';
import type { DroneService, FleetStore } from './ports.ts';

export interface FleetOffice {
  readonly store: FleetStore;
  readonly fleet: FleetView;
}

/** A new drone stands at its station until it says otherwise. */
export async function registerDrone({ store, fleet }: FleetOffice, wanted: RegisterDrone): Promise<Drone> {
  await fleet.refresh();
  if (!fleet.models.has(wanted.modelId)) throw new AppError('not-found', 'there is no model with this modelId');
  const drone = newDrone(wanted, stationOf(fleet, wanted.stationId));
  if ((await store.addDrone(drone)) === 'exists') throw new AppError('already-exists');
  return drone;
}

/** Takes a drone out of service or back, or gives it another home; one on a mission stays in service. */
export async function changeDrone(
  { store, fleet }: FleetOffice,
  droneId: string,
  change: DroneService,
): Promise<Drone> {
  await fleet.refresh();
  if (change.stationId !== undefined) stationOf(fleet, change.stationId);
  const outcome = await store.setDrone(droneId, change);
  if (outcome === 'busy') throw new AppError('drone-busy');
  const drone = outcome === 'changed' ? await store.findDrone(droneId) : undefined;
  if (drone === undefined) throw new AppError('not-found');
  return drone;
}

function stationOf(fleet: FleetView, stationId: string): Station {
  const station = fleet.stations.get(stationId);
  if (station === undefined) throw new AppError('not-found', 'there is no station with this stationId');
  return station;
}

function newDrone({ droneId, modelId, stationId, stateOfChargePercent = 100 }: RegisterDrone, station: Station): Drone {
  return {
    droneId,
    modelId,
    stationId,
    location: station.location,
    stateOfChargePercent,
    speedMps: 0,
    headingDeg: 0,
    activity: 'Idle',
    lastSeenAtMs: null,
    reportedAtMs: null,
    telemetrySequence: 0,
    reportedMissionId: null,
    reportedRevision: null,
    missionId: null,
    missionKey: null,
    command: null,
    lost: false,
    outOfService: false,
  };
}
