import { geodesicInverse } from './inverse.ts';
import { type DronePerformance, energyWh } from './performance.ts';
import type { Position } from './position.ts';
import { type Wind, windEffect } from './wind.ts';

/** A flight to ask for. Altitudes of `from` and `to` count; an absent one is the ground. */
export interface LegRequest {
  readonly from: Position;
  readonly to: Position;
  readonly performance: DronePerformance;
  readonly payloadKg: number;
  readonly wind?: Wind | undefined;
}

/** One flight: straight up to the cruise level, along the geodesic, straight down. Plain data: it can be stored. */
export interface Leg {
  readonly kind: 'leg';
  readonly from: Position;
  readonly to: Position;
  readonly initialBearingDeg: number;
  readonly distanceM: number;
  readonly cruiseLevelM: number;
  readonly groundSpeedMps: number;
  readonly climbS: number;
  readonly cruiseS: number;
  readonly descentS: number;
  readonly durationS: number;
  readonly climbWh: number;
  readonly cruiseWh: number;
  readonly descentWh: number;
  readonly energyWh: number;
}

/** The wind lets no drone of this airspeed fly the leg. */
export interface UnflyableLeg {
  readonly kind: 'unflyable';
  readonly reason: 'head-wind' | 'cross-wind';
}

/** Up to this distance a drone shifts sideways where it is: it does not climb to its cruise altitude. */
export const hopDistanceMaxM = 5;

/**
 * Time and energy of a flight. The wind acts on the level part and counts from the bearing at the start, which on legs of tens of
 * kilometres differs from that at the end by fractions of a degree. Without wind every leg is flyable.
 * Each phase is its way divided by its speed; energy is power times time (see {@link DronePerformance}).
 */
export function planLeg(request: LegRequest & { readonly wind?: undefined }): Leg;
export function planLeg(request: LegRequest): Leg | UnflyableLeg;
export function planLeg(request: LegRequest): Leg | UnflyableLeg {
  const { from, to, performance, wind } = request;
  const way = geodesicInverse(from, to);
  const effect = windEffect(way.initialBearingDeg, performance.cruiseSpeedMps, way.distanceM === 0 ? undefined : wind);
  if (effect.kind !== 'ground-speed') return { kind: 'unflyable', reason: effect.kind };
  return {
    kind: 'leg',
    from,
    to,
    initialBearingDeg: way.initialBearingDeg,
    distanceM: way.distanceM,
    ...phasesOf(request, way.distanceM, effect.groundSpeedMps),
  };
}

/** Times and energies of the three phases of a flight over a known distance at a known ground speed. */
export function phasesOf(
  { from, to, performance, payloadKg }: LegRequest,
  distanceM: number,
  groundSpeedMps: number,
): Omit<Leg, 'kind' | 'from' | 'to' | 'initialBearingDeg' | 'distanceM'> {
  const fromM = from.altitudeM ?? 0;
  const toM = to.altitudeM ?? 0;
  const cruiseLevelM = cruiseLevelOf(fromM, toM, distanceM, performance);
  const climbS = (cruiseLevelM - fromM) / performance.climbRateMps;
  const cruiseS = distanceM / groundSpeedMps;
  const descentS = (cruiseLevelM - toM) / performance.descentRateMps;
  const climbWh = energyWh(performance, performance.climbPowerW, payloadKg, climbS);
  const cruiseWh = energyWh(performance, performance.cruisePowerW, payloadKg, cruiseS);
  const descentWh = energyWh(performance, performance.descentPowerW, payloadKg, descentS);
  return {
    cruiseLevelM,
    groundSpeedMps,
    climbS,
    cruiseS,
    descentS,
    durationS: climbS + cruiseS + descentS,
    climbWh,
    cruiseWh,
    descentWh,
    energyWh: climbWh + cruiseWh + descentWh,
  };
}

function cruiseLevelOf(fromM: number, toM: number, distanceM: number, performance: DronePerformance): number {
  const higherEndM = Math.max(fromM, toM);
  return distanceM <= hopDistanceMaxM ? higherEndM : Math.max(performance.cruiseAltitudeM, higherEndM);
}
