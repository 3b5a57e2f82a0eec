import { flattening, polarRadiusM, secondEccentricitySquared } from './wgs84.ts';

/**
 * Coefficients A and B of the series between arc on the auxiliary sphere and distance on the ellipsoid.
 * Source: T. Vincenty, "Direct and inverse solutions of geodesics on the ellipsoid with application of nested
 * equations", Survey Review 23 (176), 1975, equations 3 and 4. Its error is below 0.5 mm on any geodesic.
 */
export function distanceSeries(cosSquaredAzimuthAtEquator: number): { readonly a: number; readonly b: number } {
  const u2 = cosSquaredAzimuthAtEquator * secondEccentricitySquared;
  return {
    a: 1 + (u2 / 16384) * (4096 + u2 * (-768 + u2 * (320 - 175 * u2))),
    b: (u2 / 1024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2))),
  };
}

/** Arc correction Δσ in radians: Vincenty 1975, equation 6; `cos2SigmaM` is cos(2σm). */
export function arcCorrection(b: number, sinSigma: number, cosSigma: number, cos2SigmaM: number): number {
  const c2 = cos2SigmaM * cos2SigmaM;
  const inner = cosSigma * (-1 + 2 * c2) - (b / 6) * cos2SigmaM * (-3 + 4 * sinSigma * sinSigma) * (-3 + 4 * c2);
  return b * sinSigma * (cos2SigmaM + (b / 4) * inner);
}

/** Distance on the ellipsoid in metres: Vincenty 1975, equation 19. */
export function arcDistanceM(
  cosSquaredAzimuthAtEquator: number,
  sigma: number,
  sinSigma: number,
  cosSigma: number,
  cos2SigmaM: number,
): number {
  const { a, b } = distanceSeries(cosSquaredAzimuthAtEquator);
  return polarRadiusM * a * (sigma - arcCorrection(b, sinSigma, cosSigma, cos2SigmaM));
}

/**
 * Longitude on the auxiliary sphere less longitude on the ellipsoid, in radians: Vincenty 1975, equations 10 and 11.
 */
export function longitudeCorrection(
  sinAzimuthAtEquator: number,
  sigma: number,
  sinSigma: number,
  cosSigma: number,
  cos2SigmaM: number,
): number {
  const cosSquared = 1 - sinAzimuthAtEquator * sinAzimuthAtEquator;
  const c = (flattening / 16) * cosSquared * (4 + flattening * (4 - 3 * cosSquared));
  const inner = cos2SigmaM + c * cosSigma * (-1 + 2 * cos2SigmaM * cos2SigmaM);
  return (1 - c) * flattening * sinAzimuthAtEquator * (sigma + c * sinSigma * inner);
}
