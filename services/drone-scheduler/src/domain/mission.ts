import type {
  DronePerformance,
  Location,
  MissionFlightPlan,
  MissionState,
  PackageSize,
  Reason,
  Station,
} from '@dronedelivery/contracts';

export interface MissionKey {
  readonly businessId: string;
  readonly deliveryId: string;
}

/** What the saga wants flown. */
export interface MissionRequest {
  readonly ownerId: string;
  readonly pickup: Location;
  readonly dropOff: Location;
  readonly pickupTimeMs: number;
  readonly deadlineMs: number;
  readonly expedited: boolean;
  readonly packageSize: PackageSize;
  readonly weightKg: number;
}

/** How the bound drone will fly it, in wall-clock instants. */
export interface FlightPlan {
  readonly station: Station;
  readonly departAtMs: number;
  /** When the parcel will be on board. */
  readonly pickupEtaMs: number;
  /** When the parcel will have been handed over. */
  readonly deliveryEtaMs: number;
  readonly loadingS: number;
  readonly unloadingS: number;
  readonly performance: DronePerformance;
}

/** The one record of a delivery, whichever drones fly it. */
export interface Mission extends MissionKey {
  readonly state: MissionState;
  /** Rises with every change, also with those that have no event. */
  readonly sequence: number;
  readonly revision: number;
  readonly requestSequence: string | null;
  readonly request: MissionRequest | null;
  readonly missionId: string | null;
  readonly droneId: string | null;
  readonly flight: FlightPlan | null;
  readonly assignedAtMs: number | null;
  readonly departedAtMs: number | null;
  readonly pickedUpAtMs: number | null;
  readonly deliveredAtMs: number | null;
  readonly assignAtMs: number | null;
  /** The mission whose drone was lost: another drone is sought without being asked again. */
  readonly seekingFor: { readonly missionId: string; readonly droneId: string } | null;
  readonly reason: Reason | null;
  readonly traceparent: string | null;
  readonly updatedAtMs: number;
}

/** A mission that a drone carries out. */
export type BoundMission = Mission & {
  readonly request: MissionRequest;
  readonly missionId: string;
  readonly droneId: string;
  readonly flight: FlightPlan;
  readonly assignedAtMs: number;
};

/** Order in which a bound mission moves; states without a drone have no place in it. */
const progressOfState: Readonly<Partial<Record<MissionState, number>>> = {
  Assigned: 1,
  EnRouteToPickup: 2,
  Loading: 3,
  EnRouteToDropoff: 4,
  Unloading: 5,
};

export const boundStates = Object.keys(progressOfState) as readonly MissionState[];
export const finalStates: readonly MissionState[] = ['Delivered', 'Failed', 'Released'];

export function progressOf(state: MissionState): number {
  return progressOfState[state] ?? 0;
}

export function isBound(mission: Mission): mission is BoundMission {
  return progressOf(mission.state) > 0;
}

export function isFinal(mission: Mission): boolean {
  return finalStates.includes(mission.state);
}

/** On board, handed over, or lost with the drone: in every case out of the sender's hands. */
export function wasPickedUp(mission: Mission): boolean {
  return mission.pickedUpAtMs !== null;
}

/** A delivery that the scheduler has not heard of. */
export function unseenMission(key: MissionKey): Mission {
  return {
    businessId: key.businessId,
    deliveryId: key.deliveryId,
    state: 'Waiting',
    sequence: 0,
    revision: 0,
    requestSequence: null,
    request: null,
    missionId: null,
    droneId: null,
    flight: null,
    assignedAtMs: null,
    departedAtMs: null,
    pickedUpAtMs: null,
    deliveredAtMs: null,
    assignAtMs: null,
    seekingFor: null,
    reason: null,
    traceparent: null,
    updatedAtMs: 0,
  };
}

export function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** The flight plan as the rest of the system is told it. */
export function publishedPlan(request: MissionRequest, flight: FlightPlan): MissionFlightPlan {
  return {
    pickup: request.pickup,
    dropOff: request.dropOff,
    pickupTime: instant(request.pickupTimeMs),
    departAt: instant(flight.departAtMs),
    pickupEta: instant(flight.pickupEtaMs),
    deliveryEta: instant(flight.deliveryEtaMs),
    payloadKg: request.weightKg,
    loadingS: flight.loadingS,
    unloadingS: flight.unloadingS,
    performance: flight.performance,
  };
}
