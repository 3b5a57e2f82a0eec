import { geodesicDirect } from './direct.ts';
import type { Leg } from './leg.ts';
import type { Position } from './position.ts';

export type FlightPhase = 'climb' | 'cruise' | 'descent' | 'arrived';

/** Where a drone is on a leg. */
export interface LegProgress {
  readonly phase: FlightPhase;
  /** With its altitude. */
  readonly position: Position;
  readonly altitudeM: number;
  /** Share of the leg's distance that lies behind, 0 to 1. */
  readonly fraction: number;
  /** Over the ground: 0 in climb and descent. */
  readonly groundSpeedMps: number;
  /** Direction of the track, degrees clockwise from north. */
  readonly bearingDeg: number;
  readonly energyUsedWh: number;
}

/** State of a leg `elapsedS` seconds after take-off: at or before 0 its start, from its duration on exactly its target. */
export function progressOfLeg(leg: Leg, elapsedS: number): LegProgress {
  const flownS = Math.max(0, elapsedS);
  if (flownS >= leg.durationS) return arrived(leg);
  if (flownS < leg.climbS) return climbing(leg, flownS / leg.climbS);
  const cruisedS = flownS - leg.climbS;
  if (cruisedS < leg.cruiseS) return cruising(leg, cruisedS / leg.cruiseS);
  // A rounding error may leave a moment after the cruise although there is nothing to descend.
  if (leg.descentS === 0) return arrived(leg);
  return descending(leg, Math.min(1, (cruisedS - leg.cruiseS) / leg.descentS));
}

function climbing(leg: Leg, share: number): LegProgress {
  const fromM = leg.from.altitudeM ?? 0;
  const altitudeM = fromM + (leg.cruiseLevelM - fromM) * share;
  return {
    phase: 'climb',
    position: { ...leg.from, altitudeM },
    altitudeM,
    fraction: 0,
    groundSpeedMps: 0,
    bearingDeg: leg.initialBearingDeg,
    energyUsedWh: leg.climbWh * share,
  };
}

function cruising(leg: Leg, fraction: number): LegProgress {
  const point = geodesicDirect(leg.from, leg.initialBearingDeg, leg.distanceM * fraction);
  return {
    phase: 'cruise',
    position: { ...point.position, altitudeM: leg.cruiseLevelM },
    altitudeM: leg.cruiseLevelM,
    fraction,
    groundSpeedMps: leg.groundSpeedMps,
    bearingDeg: point.finalBearingDeg,
    energyUsedWh: leg.climbWh + leg.cruiseWh * fraction,
  };
}

function descending(leg: Leg, share: number): LegProgress {
  const altitudeM = leg.cruiseLevelM + ((leg.to.altitudeM ?? 0) - leg.cruiseLevelM) * share;
  return {
    ...arrived(leg),
    phase: 'descent',
    position: { ...leg.to, altitudeM },
    altitudeM,
    energyUsedWh: leg.climbWh + leg.cruiseWh + leg.descentWh * share,
  };
}

function arrived(leg: Leg): LegProgress {
  const altitudeM = leg.to.altitudeM ?? 0;
  return {
    phase: 'arrived',
    position: { ...leg.to, altitudeM },
    altitudeM,
    fraction: 1,
    groundSpeedMps: 0,
    bearingDeg: leg.initialBearingDeg,
    energyUsedWh: leg.energyWh,
  };
}
