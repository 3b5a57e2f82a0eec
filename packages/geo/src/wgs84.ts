/**
 * The WGS-84 ellipsoid. Source: NGA.STND.0036_1.0.0_WGS84 (2014), table 3.1: semi-major axis and flattening are its
 * defining parameters, the others follow from them.
 */
export const equatorialRadiusM = 6_378_137;
export const flattening = 1 / 298.257_223_563;
export const polarRadiusM = equatorialRadiusM * (1 - flattening);
/** Square of the second eccentricity. */
export const secondEccentricitySquared = (equatorialRadiusM ** 2 - polarRadiusM ** 2) / polarRadiusM ** 2;
/** The smallest radius of curvature anywhere on the ellipsoid: that of the meridian at the equator, a(1 - e²). */
export const curvatureRadiusMinM = polarRadiusM ** 2 / equatorialRadiusM;

/** Latitude on the auxiliary sphere, as sine and cosine, of a geodetic latitude in radians. */
export function reducedLatitude(latitudeRad: number): { readonly sin: number; readonly cos: number } {
  const y = (1 - flattening) * Math.sin(latitudeRad);
  const x = Math.cos(latitudeRad);
  const length = Math.hypot(y, x);
  return { sin: y / length, cos: x / length };
}
