import { inverseByBisection } from './inverse-bisection.ts';
import { normalizeBearingDeg, normalizeLongitudeDeg, type Position, radiansPerDegree } from './position.ts';
import { arcDistanceM, longitudeCorrection } from './vincenty-series.ts';
import { equatorialRadiusM, flattening, reducedLatitude } from './wgs84.ts';

/** The shortest way between two points. */
export interface GeodesicInverse {
  readonly distanceM: number;
  /** Direction at the start, degrees clockwise from north, 0 to 360; 0 where the points coincide. */
  readonly initialBearingDeg: number;
  /** Direction of travel at the end. */
  readonly finalBearingDeg: number;
}

const iterationsMax = 20;
const convergenceRad = 1e-13;
/** Beyond this difference of longitude points may be nearly antipodal, where Vincenty's iteration can go astray. */
const vincentyLongitudeMaxRad = 170 * radiansPerDegree;
/** Farther apart than this share of half a turn, two points of the equator are closer by way of a higher latitude. */
const equatorialShareMax = 1 - flattening;
/** Less than 10 nm. */
const equatorialBandRad = 1e-15;

/**
 * Length and bearings of the geodesic between two points on the WGS-84 ellipsoid, accurate to 0.5 mm; altitudes play
 * no part (at 120 m they change a distance by two parts in 100,000).
 * Source: T. Vincenty, Survey Review 23 (176), 1975, inverse formula; between points that may be nearly antipodal, where that
 * iteration fails, the bisection that C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87 (2013), section 4 proves to converge.
 */
export function geodesicInverse(from: Position, to: Position): GeodesicInverse {
  const l = normalizeLongitudeDeg(to.longitude - from.longitude) * radiansPerDegree;
  const phi1 = latitudeRad(from);
  const phi2 = latitudeRad(to);
  if (l === 0 && phi1 === phi2) return { distanceM: 0, initialBearingDeg: 0, finalBearingDeg: 0 };
  if (phi1 === 0 && phi2 === 0 && Math.abs(l) <= equatorialShareMax * Math.PI) return alongEquator(l);
  if (Math.abs(l) > vincentyLongitudeMaxRad) return inverseByBisection(phi1, phi2, l);
  return inverseByVincenty(phi1, phi2, l) ?? inverseByBisection(phi1, phi2, l);
}

/** Zero within {@link equatorialBandRad}: squares of smaller numbers vanish beside 1. */
function latitudeRad({ latitude }: Position): number {
  const phi = latitude * radiansPerDegree;
  return Math.abs(phi) < equatorialBandRad ? 0 : phi;
}

function alongEquator(l: number): GeodesicInverse {
  const bearing = l > 0 ? 90 : 270;
  return { distanceM: equatorialRadiusM * Math.abs(l), initialBearingDeg: bearing, finalBearingDeg: bearing };
}

/** Undefined when the iteration does not converge. */
function inverseByVincenty(phi1: number, phi2: number, l: number): GeodesicInverse | undefined {
  const { sin: sinU1, cos: cosU1 } = reducedLatitude(phi1);
  const { sin: sinU2, cos: cosU2 } = reducedLatitude(phi2);
  let lambda = l;
  for (let iteration = 0; iteration < iterationsMax; iteration += 1) {
    const y = cosU2 * Math.sin(lambda);
    const x = cosU1 * sinU2 - sinU1 * cosU2 * Math.cos(lambda);
    const sinSigma = Math.sqrt(x * x + y * y);
    if (sinSigma === 0) return { distanceM: 0, initialBearingDeg: 0, finalBearingDeg: 0 };
    const cosSigma = sinU1 * sinU2 + cosU1 * cosU2 * Math.cos(lambda);
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cosU1 * y) / sinSigma;
    const cosSquared = 1 - sinAlpha * sinAlpha;
    // On the equator the geodesic has no vertex and the term has no meaning; any value within ±1 gives the same result.
    const cos2SigmaM = cosSquared < 1e-15 ? 0 : cosSigma - (2 * sinU1 * sinU2) / cosSquared;
    const next = l + longitudeCorrection(sinAlpha, sigma, sinSigma, cosSigma, cos2SigmaM);
    if (Math.abs(next - lambda) > convergenceRad) {
      lambda = next;
      continue;
    }
    const finalX = cosU1 * sinU2 * Math.cos(lambda) - sinU1 * cosU2;
    return {
      distanceM: arcDistanceM(cosSquared, sigma, sinSigma, cosSigma, cos2SigmaM),
      initialBearingDeg: bearingDeg(y, x),
      finalBearingDeg: bearingDeg(cosU1 * Math.sin(lambda), finalX),
    };
  }
  return undefined;
}

function bearingDeg(sine: number, cosine: number): number {
  return normalizeBearingDeg(Math.atan2(sine, cosine) / radiansPerDegree);
}
