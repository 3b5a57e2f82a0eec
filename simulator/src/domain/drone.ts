import type { DroneActivity } from '@dronedelivery/contracts';
import type { DronePerformance, Leg, Position } from '@dronedelivery/geo';
import { progressOfLeg } from '@dronedelivery/geo';

/** Where drones wait between missions. */
export interface Base {
  readonly position: Position;
  readonly hasChargers: boolean;
}

/** The flight that a drone was last ordered to make. */
export interface Mission {
  readonly missionId: string;
  readonly revision: number;
  /** Before the departure, without and with the parcel, and when its parcel is delivered or it was given up. */
  readonly phase: 'pending' | 'to-pickup' | 'on-board' | 'over';
  readonly pickup: Position;
  readonly dropOff: Position;
  readonly base: Base;
  readonly departAtMs: number;
  readonly pickupTimeMs: number;
  readonly payloadKg: number;
  readonly loadingS: number;
  readonly unloadingS: number;
  readonly parcelDelivered: boolean;
}

export type Purpose = 'pickup' | 'drop-off' | 'base';

/** What a drone is at; ground times and the flight begin with the drone's `atMs` at `elapsedS` 0. */
export type Task =
  | { readonly kind: 'parked'; readonly charger: boolean }
  | { readonly kind: 'flying'; readonly purpose: Purpose; readonly leg: Leg; readonly elapsedS: number }
  | { readonly kind: 'loading'; readonly endsAtMs: number }
  | { readonly kind: 'unloading'; readonly endsAtMs: number };

/** `link-lost` flies on unheard; `crashed` lies where it fell. */
export type Condition = 'ok' | 'link-lost' | 'crashed';

/** One simulated drone at one moment. */
export interface SimDrone {
  readonly droneId: string;
  readonly performance: DronePerformance;
  readonly base: Base;
  readonly condition: Condition;
  /** The moment, by flight time, that all of this is true of. */
  readonly atMs: number;
  /** In flight: where and with what charge the leg began. */
  readonly position: Position;
  readonly chargeWh: number;
  readonly bearingDeg: number;
  readonly task: Task;
  readonly mission: Mission | null;
  /** Missions that are over, the latest last: a late command for one of them changes nothing. */
  readonly finished: readonly string[];
}

/** What instruments would show. */
export interface Instruments {
  readonly position: Position;
  readonly groundSpeedMps: number;
  readonly bearingDeg: number;
  readonly chargeWh: number;
}

export function instrumentsOf(drone: SimDrone): Instruments {
  const { task, position, chargeWh, bearingDeg } = drone;
  if (task.kind !== 'flying') return { position, groundSpeedMps: 0, bearingDeg, chargeWh };
  const progress = progressOfLeg(task.leg, task.elapsedS);
  return {
    position: progress.position,
    groundSpeedMps: progress.groundSpeedMps,
    bearingDeg: progress.bearingDeg,
    chargeWh: Math.max(0, chargeWh - progress.energyUsedWh),
  };
}

export function activityOf({ task, chargeWh, performance }: SimDrone): DroneActivity {
  switch (task.kind) {
    case 'parked':
      return task.charger && chargeWh < performance.batteryWh ? 'Charging' : 'Idle';
    case 'flying':
      return flightActivity[task.purpose];
    case 'loading':
      return 'Loading';
    case 'unloading':
      return 'Unloading';
    default:
      return task satisfies never;
  }
}

const flightActivity = {
  pickup: 'EnRouteToPickup',
  'drop-off': 'EnRouteToDropoff',
  base: 'Returning',
} as const satisfies Record<Purpose, DroneActivity>;
