import type { DroneActivity, Location } from '@dronedelivery/contracts';
import type { DeliveryKey } from './delivery.ts';

/** The last that was heard of the drone on its mission. */
export interface LivePosition {
  readonly missionId: string;
  readonly telemetrySequence: number;
  readonly atMs: number;
  readonly location: Location;
  /** As the drone reports it, before any time scaling. */
  readonly speedMps: number;
  readonly headingDeg: number;
  readonly activity: DroneActivity;
  /** The first report of this activity: loading is measured from it. */
  readonly activitySinceMs: number;
}

export interface ObservedPosition extends Omit<LivePosition, 'activitySinceMs'> {
  readonly key: DeliveryKey;
  readonly droneId: string;
}
