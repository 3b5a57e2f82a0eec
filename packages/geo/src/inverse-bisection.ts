import type { GeodesicInverse } from './inverse.ts';
import { normalizeBearingDeg, radiansPerDegree } from './position.ts';
import { arcDistanceM, longitudeCorrection } from './vincenty-series.ts';
import { reducedLatitude } from './wgs84.ts';

interface Latitude {
  readonly sin: number;
  readonly cos: number;
}

/** A geodesic that leaves one parallel in a given direction, up to where it reaches the other while going north. */
interface Way {
  readonly sin: number;
  readonly cos: number;
  readonly longitudeRad: number;
  readonly distanceM: number;
  readonly sinFinal: number;
  readonly cosFinal: number;
}

/** Enough to tell azimuths apart that differ from due east by 1e-30: close to the equator small changes lead far. */
const halvingsMax = 110;

/**
 * The inverse problem for any two points, nearly antipodal ones too: with the point farther from the equator first, to its
 * south, the longitude at which a geodesic reaches the second parallel grows with its initial azimuth, so halving finds it.
 * Source: C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87 (2013), sections 3 and 4. Angles in radians.
 */
export function inverseByBisection(phi1: number, phi2: number, l: number): GeodesicInverse {
  const swapped = Math.abs(phi1) < Math.abs(phi2);
  const far = swapped ? phi2 : phi1;
  const northern = far > 0;
  const start = awayFromEquator(reducedLatitude(northern ? -far : far));
  const end = reducedLatitude((northern ? -1 : 1) * (swapped ? phi1 : phi2));
  return toBearings(findWay(start, end, Math.abs(l)), { swapped, northern, westward: l < 0 });
}

/** On the equator a point must still know that it lies to the south, or azimuths beyond 90 degrees have no crossing. */
function awayFromEquator(latitude: Latitude): Latitude {
  return latitude.sin === 0 ? { sin: -1e-200, cos: 1 } : latitude;
}

function findWay(start: Latitude, end: Latitude, longitudeRad: number): Way {
  // Half a turn is a meridian and exact; halving would only approach it.
  if (longitudeRad === Math.PI) return wayOf(start, end, 0, -1);
  // The azimuth is kept as its difference from due east, which has digits to spare where it is small.
  let low = -Math.PI / 2;
  let high = Math.PI / 2;
  for (let halving = 0; halving < halvingsMax; halving += 1) {
    const middle = (low + high) / 2;
    if (wayOf(start, end, Math.cos(middle), -Math.sin(middle)).longitudeRad < longitudeRad) low = middle;
    else high = middle;
  }
  const azimuth = (low + high) / 2;
  return wayOf(start, end, Math.cos(azimuth), -Math.sin(azimuth));
}

function wayOf(start: Latitude, end: Latitude, sin: number, cos: number): Way {
  const sinEquator = sin * start.cos;
  const cosSquared = 1 - sinEquator * sinEquator;
  const sigma1 = Math.atan2(start.sin, cos * start.cos);
  const omega1 = Math.atan2(sinEquator * start.sin, cos * start.cos);
  const cosFinalScaled = finalCosine(start, end, cos);
  const sigma2 = Math.atan2(end.sin, cosFinalScaled);
  const omega2 = Math.atan2(sinEquator * end.sin, cosFinalScaled);
  const sigma = sigma2 - sigma1;
  const cos2SigmaM = Math.cos(sigma1 + sigma2);
  const correction = longitudeCorrection(sinEquator, sigma, Math.sin(sigma), Math.cos(sigma), cos2SigmaM);
  return {
    sin,
    cos,
    longitudeRad: omega2 - omega1 - correction,
    distanceM: arcDistanceM(cosSquared, sigma, Math.sin(sigma), Math.cos(sigma), cos2SigmaM),
    sinFinal: sinEquator,
    cosFinal: cosFinalScaled,
  };
}

/** Cosine of the azimuth at the end times that of the latitude there, by Clairaut's relation: Karney 2013, equation 45. */
function finalCosine(start: Latitude, end: Latitude, cos: number): number {
  // cos²β2 - cos²β1 by the sines where those are small, by the cosines where these are: neither cancels.
  const difference =
    start.cos < -start.sin
      ? (end.cos - start.cos) * (end.cos + start.cos)
      : (start.sin - end.sin) * (start.sin + end.sin);
  return Math.sqrt(Math.max(0, (cos * start.cos) ** 2 + difference));
}

function toBearings(
  way: Way,
  turned: { readonly swapped: boolean; readonly northern: boolean; readonly westward: boolean },
): GeodesicInverse {
  const atStart = { sin: way.sin, cos: way.cos };
  const atEnd = { sin: way.sinFinal, cos: way.cosFinal };
  const [first, last] = turned.swapped ? [atEnd, atStart] : [atStart, atEnd];
  // Swapping reverses the way (both components), mirroring on the equator undoes it for the cosine.
  const cosSign = turned.swapped === turned.northern ? 1 : -1;
  const sinSign = turned.westward ? -1 : 1;
  const bearing = (side: { readonly sin: number; readonly cos: number }) =>
    normalizeBearingDeg(Math.atan2(sinSign * side.sin, cosSign * side.cos) / radiansPerDegree);
  return { distanceM: way.distanceM, initialBearingDeg: bearing(first), finalBearingDeg: bearing(last) };
}
