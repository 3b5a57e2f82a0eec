import type { DroneModel, TelemetryAnswer } from '@dronedelivery/contracts';
import { type Drone, isFlying, type ReceivedReport } from './drone.ts';

export type ReportResult = TelemetryAnswer['results'][number]['result'];

export interface ReportLimits {
  readonly timeScale: number;
  /** How far a drone's clock may be ahead of ours and still be believed. */
  readonly clockAheadMsMax: number;
}

/** Wind, rounding and the drone's own clock leave room above its cruise speed. */
const speedFactorMax = 2;
const positionSlackM = 500;
/** What may lie between two reports at most: a drone that is silent for longer is lost. */
const pauseMsMax = 60_000;
const chargeSlackPercent = 2;

/** The report at the moment when it came, where its own moment lies far ahead: one of the two clocks is wrong, but the drone is heard. */
export function believedInTime(report: ReceivedReport, { clockAheadMsMax }: ReportLimits): ReceivedReport {
  if (Date.parse(report.at) <= report.receivedAtMs + clockAheadMsMax) return report;
  return { ...report, at: new Date(report.receivedAtMs).toISOString() };
}

/** Whether a report can be true, given the one before it. `distanceM` is the way between the two. */
export function checkReport(
  drone: Drone,
  model: DroneModel,
  report: ReceivedReport,
  distanceM: number,
  limits: ReportLimits,
): Extract<ReportResult, 'accepted' | 'stale' | 'implausible'> {
  if (report.sequence <= drone.telemetrySequence) return 'stale';
  // Where a drone is after it was lost, or at its first word, is news and not a contradiction.
  if (drone.reportedAtMs === null || drone.lost || drone.outOfService) return 'accepted';
  if (distanceM > reachM(drone.reportedAtMs, model, report, limits)) return 'implausible';
  return chargedInFlight(drone, report) ? 'implausible' : 'accepted';
}

function reachM(reportedAtMs: number, model: DroneModel, report: ReceivedReport, limits: ReportLimits): number {
  const elapsedS = (elapsedMs(reportedAtMs, report, limits) / 1000) * limits.timeScale;
  return positionSlackM + elapsedS * model.performance.cruiseSpeedMps * speedFactorMax;
}

/** Reports come in order, so one from before the last shows that the drone's clock was set back: time has passed, but how much? */
function elapsedMs(reportedAtMs: number, { at }: ReceivedReport, { timeScale }: ReportLimits): number {
  const passedMs = Date.parse(at) - reportedAtMs;
  return passedMs < 0 ? pauseMsMax / timeScale : passedMs;
}

function chargedInFlight(drone: Drone, report: ReceivedReport): boolean {
  const sameFlight =
    isFlying(drone.activity) && isFlying(report.activity) && drone.reportedMissionId === (report.missionId ?? null);
  return sameFlight && report.stateOfChargePercent > drone.stateOfChargePercent + chargeSlackPercent;
}
