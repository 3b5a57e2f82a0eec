import { normalizeBearingDeg, normalizeLongitudeDeg, type Position, radiansPerDegree } from './position.ts';
import { arcCorrection, distanceSeries, longitudeCorrection } from './vincenty-series.ts';
import { flattening, polarRadiusM, reducedLatitude } from './wgs84.ts';

/** Where a geodesic leads. */
export interface GeodesicDirect {
  readonly position: Position;
  /** Direction of travel there, degrees clockwise from north, 0 to 360. */
  readonly finalBearingDeg: number;
}

/** Each pass gains five digits or more. */
const passesMax = 10;
const convergenceRad = 1e-14;

/**
 * The point at a distance in a direction on the WGS-84 ellipsoid, accurate to 0.5 mm. The altitude is not carried over.
 * Source: T. Vincenty, Survey Review 23 (176), 1975, direct formula; the end point's latitude in the form of his equation 8.
 */
export function geodesicDirect(from: Position, initialBearingDeg: number, distanceM: number): GeodesicDirect {
  const alpha1 = initialBearingDeg * radiansPerDegree;
  const sinAlpha1 = Math.sin(alpha1);
  const cosAlpha1 = Math.cos(alpha1);
  const { sin: sinU1, cos: cosU1 } = reducedLatitude(from.latitude * radiansPerDegree);
  const sinAlpha = cosU1 * sinAlpha1;
  const sigma1 = Math.atan2(sinU1, cosU1 * cosAlpha1);
  const { sigma, cos2SigmaM } = arcOfDistance(1 - sinAlpha * sinAlpha, sigma1, distanceM);
  const sinSigma = Math.sin(sigma);
  const cosSigma = Math.cos(sigma);
  const across = sinU1 * sinSigma - cosU1 * cosSigma * cosAlpha1;
  const sinU2 = sinU1 * cosSigma + cosU1 * sinSigma * cosAlpha1;
  const phi2 = Math.atan2(sinU2, (1 - flattening) * Math.sqrt(sinAlpha * sinAlpha + across * across));
  const lambda = Math.atan2(sinSigma * sinAlpha1, cosU1 * cosSigma - sinU1 * sinSigma * cosAlpha1);
  const l = lambda - longitudeCorrection(sinAlpha, sigma, sinSigma, cosSigma, cos2SigmaM);
  return {
    position: {
      latitude: phi2 / radiansPerDegree,
      longitude: normalizeLongitudeDeg(from.longitude + l / radiansPerDegree),
    },
    finalBearingDeg: normalizeBearingDeg(Math.atan2(sinAlpha, -across) / radiansPerDegree),
  };
}

function arcOfDistance(
  cosSquaredAzimuthAtEquator: number,
  sigma1: number,
  distanceM: number,
): { readonly sigma: number; readonly cos2SigmaM: number } {
  const { a, b } = distanceSeries(cosSquaredAzimuthAtEquator);
  const uncorrected = distanceM / (polarRadiusM * a);
  let sigma = uncorrected;
  let cos2SigmaM = Math.cos(2 * sigma1 + sigma);
  for (let pass = 0; pass < passesMax; pass += 1) {
    const next = uncorrected + arcCorrection(b, Math.sin(sigma), Math.cos(sigma), cos2SigmaM);
    const settled = Math.abs(next - sigma) < convergenceRad;
    sigma = next;
    cos2SigmaM = Math.cos(2 * sigma1 + sigma);
    if (settled) break;
  }
  return { sigma, cos2SigmaM };
}
