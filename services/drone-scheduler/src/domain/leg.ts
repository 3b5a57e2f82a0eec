import type { DronePerformance, Location } from '@dronedelivery/contracts';
import { type Leg, type Position, planLeg, remainingOfLeg } from '@dronedelivery/geo';

/** A flight from the ground (or a roof) to another. */
export function flyLeg(from: Location, to: Location, performance: DronePerformance, payloadKg: number): Leg {
  return planLeg({ from: positionOf(from), to: positionOf(to), performance, payloadKg });
}

/** The rest of a flight from somewhere in the air. */
export function flyOn(from: Location, to: Location, performance: DronePerformance, payloadKg: number): Leg {
  return remainingOfLeg({ position: positionOf(from), to: positionOf(to), performance, payloadKg });
}

function positionOf({ latitude, longitude, altitude }: Location): Position {
  return { latitude, longitude, altitudeM: altitude };
}
