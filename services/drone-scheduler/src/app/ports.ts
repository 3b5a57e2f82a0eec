import type {
  DroneModel,
  DroneState,
  Location,
  MissionEventData,
  MissionState,
  Station,
} from '@dronedelivery/contracts';
import type { Drone, DroneChange } from '../domain/drone.ts';
import type { Mission, MissionKey } from '../domain/mission.ts';
import type { Usage } from '../domain/usage.ts';

/** What is stored together, if nothing that it was decided on has changed. */
export interface Decision {
  readonly mission: { readonly record: Mission; readonly expectedSequence: number } | null;
  readonly drones: readonly DroneChange[];
  readonly events: readonly MissionEventData[];
  readonly usage: readonly Usage[];
}

/** `outdated`: the mission or a drone is no longer as the decision assumed, nothing was stored. */
export type CommitOutcome = 'committed' | 'outdated';

export interface MissionStore {
  find(key: MissionKey): Promise<Mission | undefined>;
  findMany(keys: readonly MissionKey[]): Promise<readonly Mission[]>;
  /** Each decision holds or falls alone, in the order given; events go out with what they tell of. */
  commit(decisions: readonly Decision[]): Promise<readonly CommitOutcome[]>;
  list(query: MissionQuery): Promise<readonly Mission[]>;
  /** Missions whose drone was lost and that seek another, those asked for longest ago first. */
  seeking(limit: number): Promise<readonly Mission[]>;
  /** Deletes at most `limit` final records last changed before; returns how many. */
  purge(beforeMs: number, limit: number): Promise<number>;
}

export interface MissionQuery {
  readonly limit: number;
  readonly after: MissionKey | null;
  readonly businessId?: string;
  readonly state?: MissionState;
  readonly droneId?: string;
}

export interface UsageStore {
  usageOf(owner: UsageMonth): Promise<Pick<Usage, 'flownM' | 'boundMs' | 'missions'>>;
}

export interface UsageMonth {
  readonly businessId: string;
  readonly ownerId: string;
  readonly year: number;
  readonly month: number;
}

export interface FleetStore {
  /** False when drones of the model exist and the definition differs. */
  putModel(model: DroneModel): Promise<'created' | 'replaced' | 'in-use'>;
  putStation(station: Station): Promise<'created' | 'replaced'>;
  listModels(page: IdPage): Promise<readonly DroneModel[]>;
  listStations(page: IdPage): Promise<readonly Station[]>;
  addDrone(drone: Drone): Promise<'added' | 'exists'>;
  setDrone(droneId: string, service: DroneService): Promise<'changed' | 'busy' | 'unknown'>;
  findDrone(droneId: string): Promise<Drone | undefined>;
  listDrones(query: DroneQuery): Promise<readonly Drone[]>;
  /** Everything that changed after a mark, by whichever process. */
  changesSince(mark: FleetMark): Promise<FleetChanges>;
}

export interface DroneService {
  readonly outOfService?: boolean;
  readonly stationId?: string;
}

export interface IdPage {
  readonly limit: number;
  readonly after: string | null;
}

export interface DroneQuery extends IdPage {
  readonly state?: DroneState;
  readonly stationId?: string;
  /** Ids, or prefixes that end in `*`; all drones when absent. */
  readonly scope?: readonly string[];
}

/** Opaque to all but the store: where a reader of changes has got to. */
export interface FleetMark {
  readonly drones: number;
  readonly catalogue: number;
}

export interface FleetChanges {
  readonly mark: FleetMark;
  readonly drones: readonly Drone[];
  readonly models: readonly DroneModel[];
  readonly stations: readonly Station[];
}

/** Names the neighbourhood of a place, and its middle. */
export interface Cells {
  readonly radiusM: number;
  cellOf(location: Location): string;
  centerOf(cell: string): Location;
}
