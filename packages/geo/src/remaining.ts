import { distanceM } from './distance.ts';
import { hopDistanceMaxM, type Leg, phasesOf, planLeg, type UnflyableLeg } from './leg.ts';
import type { DronePerformance } from './performance.ts';
import type { Position } from './position.ts';
import type { Wind } from './wind.ts';

/** A drone somewhere on its way. */
export interface RemainingRequest {
  /** Without an altitude it is taken to cruise, or to stand on the ground where it has arrived. */
  readonly position: Position;
  readonly to: Position;
  readonly performance: DronePerformance;
  readonly payloadKg: number;
  readonly wind?: Wind | undefined;
  /** As last reported, before any time scaling. */
  readonly observedGroundSpeedMps?: number | undefined;
}

/** What is observed counts half: it is one sample, and the model knows the drone. */
const observedWeight = 0.5;
/** Beyond these shares of the planned speed the drone is hovering, climbing, or its report is wrong. */
const observedShareMin = 0.25;
const observedShareMax = 2;

/**
 * The rest of a flight from anywhere: the same numbers as {@link planLeg} when the drone flies as planned. An observed ground speed is
 * blended into the level part; without wind every leg is flyable.
 */
export function remainingOfLeg(request: RemainingRequest & { readonly wind?: undefined }): Leg;
export function remainingOfLeg(request: RemainingRequest): Leg | UnflyableLeg;
export function remainingOfLeg(request: RemainingRequest): Leg | UnflyableLeg {
  const legRequest = { ...request, from: withAltitude(request) };
  const planned = planLeg(legRequest);
  if (planned.kind === 'unflyable') return planned;
  const speedMps = blend(planned.groundSpeedMps, request.observedGroundSpeedMps);
  if (speedMps === planned.groundSpeedMps) return planned;
  return { ...planned, ...phasesOf(legRequest, planned.distanceM, speedMps) };
}

function withAltitude({ position, to, performance }: RemainingRequest): Position {
  if (position.altitudeM !== undefined) return position;
  const cruises = distanceM(position, to) > hopDistanceMaxM;
  return { ...position, altitudeM: cruises ? Math.max(performance.cruiseAltitudeM, to.altitudeM ?? 0) : to.altitudeM };
}

function blend(plannedMps: number, observedMps: number | undefined): number {
  if (observedMps === undefined) return plannedMps;
  const share = observedMps / plannedMps;
  if (share < observedShareMin || share > observedShareMax) return plannedMps;
  return plannedMps + (observedMps - plannedMps) * observedWeight;
}
