import type { Location, Station } from '@dronedelivery/contracts';
import { normalizeLongitudeDeg, type Position } from '@dronedelivery/geo';
import type { Base } from './drone.ts';

export function positionOf({ latitude, longitude, altitude }: Location): Position {
  return { latitude, longitude, altitudeM: altitude };
}

export function baseOf({ location, chargers }: Station): Base {
  return { position: positionOf(location), hasChargers: chargers > 0 };
}

const altitudeMaxM = 500;
/** 1 cm on the ground. */
const degreesDigits = 1e7;

/** As the published language has it, without digits that mean nothing. */
export function locationOf({ latitude, longitude, altitudeM }: Position): Location {
  return {
    latitude: Math.round(latitude * degreesDigits) / degreesDigits,
    longitude: Math.round(normalizeLongitudeDeg(longitude) * degreesDigits) / degreesDigits,
    altitude: Math.min(altitudeMaxM, Math.max(0, Math.round((altitudeM ?? 0) * 100) / 100)),
  };
}
