/** How often a drone reports, in wall-clock time. */
export interface Cadence {
  readonly activeMs: number;
  readonly parkedMs: number;
}

const activeMsMin = 200;
const parkedMsMin = 1_000;
/** Parked drones are counted on to be heard every 20 s; a little sooner leaves room for the way. */
const parkedAheadFraction = 0.9;

/** Once a second in flight, every 20 s on the ground, sooner by the time scale. */
export function cadenceFor(timeScale: number): Cadence {
  return {
    activeMs: Math.max(activeMsMin, 1_000 / timeScale),
    parkedMs: Math.max(parkedMsMin, 20_000 / timeScale) * parkedAheadFraction,
  };
}
