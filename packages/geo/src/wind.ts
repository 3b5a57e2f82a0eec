import { radiansPerDegree } from './position.ts';

/** Wind over a whole leg. */
export interface Wind {
  readonly speedMps: number;
  /** Where it blows from, degrees clockwise from north, as in weather reports. */
  readonly fromDeg: number;
}

/** Slower progress over the ground than this is none. */
export const groundSpeedMinMps = 1;

/** What a wind leaves of the airspeed along a track. */
export type WindEffect =
  | { readonly kind: 'ground-speed'; readonly groundSpeedMps: number }
  | { readonly kind: 'head-wind' }
  | { readonly kind: 'cross-wind' };

/**
 * Ground speed along a track when the drone crabs so that the wind does not push it off the track. `cross-wind` when no heading
 * can do that, `head-wind` when less than {@link groundSpeedMinMps} is left.
 * Source: the wind triangle, FAA-H-8083-25C, "Pilot's Handbook of Aeronautical Knowledge" (2023), chapter 16.
 */
export function windEffect(trackDeg: number, airspeedMps: number, wind: Wind | undefined): WindEffect {
  if (wind === undefined || wind.speedMps === 0) return { kind: 'ground-speed', groundSpeedMps: airspeedMps };
  const angle = (wind.fromDeg - trackDeg) * radiansPerDegree;
  const acrossMps = wind.speedMps * Math.sin(angle);
  if (Math.abs(acrossMps) >= airspeedMps) return { kind: 'cross-wind' };
  const groundSpeedMps = Math.sqrt(airspeedMps ** 2 - acrossMps ** 2) - wind.speedMps * Math.cos(angle);
  return groundSpeedMps < groundSpeedMinMps ? { kind: 'head-wind' } : { kind: 'ground-speed', groundSpeedMps };
}
