import {
  type Environment,
  exactlyOneOf,
  integer,
  milliseconds,
  number,
  readSettings,
  text,
} from '@dronedelivery/service-kit/config';
import {
  processSettings,
  serviceBusSettings,
  storeSettings,
  verifierSettings,
} from '@dronedelivery/service-kit/settings';
import type { ReportLimits } from './domain/report-check.ts';
import type { DispatchRules } from './domain/route.ts';

/** Everything that the service can be told, with its bounds and defaults. */
export const settings = {
  ...processSettings,
  ...verifierSettings,
  ...serviceBusSettings,
  ...storeSettings,
  DATA_DIR: text({ lengthMax: 1000 }),
  /** Divides flight, charging, loading and silence durations. */
  TIME_SCALE: number({ min: 1, max: 1000 }).or(1),
  /** A drone is bound this long before the pickup, not earlier. Wall clock. */
  ASSIGN_AHEAD_MS: milliseconds({ min: 0, max: 86_400_000 }).or(900_000),
  ASSIGN_AHEAD_MARGIN_MS: milliseconds({ min: 0, max: 3_600_000 }).or(60_000),
  /** Part of the battery that must be left at the last station. */
  ENERGY_RESERVE_PERCENT: integer({ min: 0, max: 90 }).or(15),
  LOADING_S: integer({ min: 0, max: 3600 }).or(30),
  UNLOADING_S: integer({ min: 0, max: 3600 }).or(30),
  /** How far ahead of ours a drone's clock may be. */
  CLOCK_AHEAD_MS_MAX: milliseconds({ min: 0, max: 3_600_000 }).or(60_000),
  /** Final records are kept this long; messages that could still ask for them live at most half of it. */
  TOMBSTONE_MS: milliseconds({ min: 60_000, max: 31_536_000_000 }).or(1_209_600_000),
  FLEET_WATCHERS_MAX: integer({ min: 1, max: 10_000 }).or(50),
} as const;

export type Config = ReturnType<typeof readConfig>;

export function readConfig(env: Environment) {
  return readSettings(env, settings, { rules: [exactlyOneOf(...Object.keys(serviceBusSettings))] });
}

export function dispatchRules(config: Config): DispatchRules {
  return {
    timeScale: config.timeScale,
    reserveFraction: config.energyReservePercent / 100,
    loadingS: config.loadingS,
    unloadingS: config.unloadingS,
    parkedReportMs: Math.max(1000, 20_000 / config.timeScale),
    assignAheadMs: config.assignAheadMs,
    assignAheadMarginMs: config.assignAheadMarginMs,
  };
}

export function reportLimits(config: Config): ReportLimits {
  return { timeScale: config.timeScale, clockAheadMsMax: config.clockAheadMsMax };
}

/** A drone is lost after a minute of silence, scaled, but never before 5 s; most of them at once after ten. */
export function silenceRules({ timeScale }: Config) {
  const silenceMs = Math.max(60_000 / timeScale, 5000);
  const times = { silenceMs, silenceLookMs: silenceMs / 10, lookGapMsMax: silenceMs / 2, outageMsMax: silenceMs * 10 };
  return { ...times, lostAtOnceMax: 500 };
}
