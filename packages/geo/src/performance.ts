/**
 * How a drone flies and what it draws. Powers are at the battery, for the empty drone; every kilogram of payload adds
 * `payloadPowerWPerKg` in each phase.
 * Source: K. Dorling et al., "Vehicle routing problems for drone delivery", IEEE Transactions on Systems, Man, and
 * Cybernetics: Systems 47 (1), 2017: a multirotor's power is close to linear in the weight it carries.
 */
export interface DronePerformance {
  /** Through the air, in level flight. */
  readonly cruiseSpeedMps: number;
  readonly climbRateMps: number;
  readonly descentRateMps: number;
  /** Above ground. */
  readonly cruiseAltitudeM: number;
  readonly cruisePowerW: number;
  readonly climbPowerW: number;
  readonly descentPowerW: number;
  readonly payloadPowerWPerKg: number;
  readonly batteryWh: number;
  readonly chargePowerW: number;
}

const secondsPerHour = 3600;

/** Energy in Wh drawn in `durationS` at a power, with a payload: power times time. */
export function energyWh(performance: DronePerformance, powerW: number, payloadKg: number, durationS: number): number {
  return ((powerW + performance.payloadPowerWPerKg * payloadKg) * durationS) / secondsPerHour;
}

/** Seconds at a charger to bring the battery from `fromWh` to `toWh` (at most full); 0 when it holds that already. */
export function chargingS(performance: DronePerformance, fromWh: number, toWh = performance.batteryWh): number {
  const missingWh = Math.min(toWh, performance.batteryWh) - fromWh;
  return (Math.max(0, missingWh) * secondsPerHour) / performance.chargePowerW;
}

/** Wh in the battery after `durationS` at a charger: constant power until it is full. */
export function chargedWh(performance: DronePerformance, fromWh: number, durationS: number): number {
  return Math.min(performance.batteryWh, fromWh + (performance.chargePowerW * Math.max(0, durationS)) / secondsPerHour);
}
