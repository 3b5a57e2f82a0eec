/** A point on or above the WGS-84 ellipsoid, in degrees. */
export interface Position {
  /** Geodetic latitude, -90 to 90, north positive. */
  readonly latitude: number;
  /** Longitude, east positive; what lies beyond ±180 is taken around the globe. */
  readonly longitude: number;
  /** Metres above ground; unknown or on the ground when absent. */
  readonly altitudeM?: number | undefined;
}

export const radiansPerDegree = Math.PI / 180;

/** The same angle within -180 (excluded) to 180 degrees (included). */
export function normalizeLongitudeDeg(longitudeDeg: number): number {
  if (longitudeDeg > -180 && longitudeDeg <= 180) return longitudeDeg;
  const turned = longitudeDeg - 360 * Math.round(longitudeDeg / 360);
  return turned === -180 ? 180 : turned;
}

/** The same direction within 0 (included) to 360 degrees (excluded), clockwise from north. */
export function normalizeBearingDeg(bearingDeg: number): number {
  const turned = bearingDeg % 360;
  const positive = turned < 0 ? turned + 360 : turned;
  // Adding 360 to a tiny negative angle rounds to 360 itself.
  return positive === 360 ? 0 : positive;
}
