import type { DroneCommand, TelemetryAnswer, TelemetryReport } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { Clock } from '@dronedelivery/service-kit/clock';
import { hasAcknowledged } from '../domain/drone.ts';
import type { MissionKey } from '../domain/mission.ts';
import type { ReportLimits, ReportResult } from '../domain/report-check.ts';
import type { FleetView } from './fleet-view.ts';
import type { Decision, MissionStore } from './ports.ts';
import { type JudgedReport, TelemetryBatch } from './telemetry-batch.ts';

export interface TelemetryDesk {
  readonly store: MissionStore;
  readonly fleet: FleetView;
  readonly clock: Pick<Clock, 'now'>;
  readonly limits: ReportLimits;
  /** Told of every report that was stored. */
  readonly onReport: (report: TelemetryReport) => void;
}

/** How often a report is judged anew when its mission or drone changed meanwhile. */
const attemptsMax = 20;

/** Stores a batch in one write, moves the missions, and answers with the commands that the drones do not know yet. */
export async function takeTelemetry(
  desk: TelemetryDesk,
  reports: readonly TelemetryReport[],
  maySpeakFor: (droneId: string) => boolean,
): Promise<TelemetryAnswer> {
  const results = reports.map(({ droneId }): ReportResult | undefined =>
    maySpeakFor(droneId) ? undefined : 'not-permitted',
  );
  for (let attempt = 0; results.includes(undefined); attempt++) {
    if (attempt === attemptsMax) throw new AppError('unavailable', 'Too many changes at once; report again');
    await desk.fleet.refresh();
    await takeOpen(desk, reports, results);
  }
  await desk.fleet.refresh();
  return { results: answers(reports, results), commands: commandsFor(desk, reports, results) };
}

/** Judges and stores what has no result yet; what turns out to be outdated stays open. */
async function takeOpen(
  desk: TelemetryDesk,
  reports: readonly TelemetryReport[],
  results: (ReportResult | undefined)[],
): Promise<void> {
  const open = reports.flatMap((report, index) => (results[index] === undefined ? [{ report, index }] : []));
  const missions = await desk.store.findMany(
    missionKeys(
      desk.fleet,
      open.map(({ report }) => report),
    ),
  );
  const batch = new TelemetryBatch(desk.fleet, missions, desk.limits);
  const nowMs = desk.clock.now();
  const judged = open.map((item) => ({ ...item, ...batch.judge(item.report, nowMs) }));
  for (const { index, result, decision } of judged) if (decision === null) results[index] = result;
  const stored = judged.filter(hasDecision);
  const outcomes = await desk.store.commit(stored.map(({ decision }) => decision));
  stored.forEach(({ report, index, result }, at) => {
    if (outcomes[at] !== 'committed') return;
    results[index] = result;
    desk.onReport(report);
  });
}

function hasDecision<T extends JudgedReport>(judged: T): judged is T & { readonly decision: Decision } {
  return judged.decision !== null;
}

function missionKeys(fleet: FleetView, reports: readonly TelemetryReport[]): readonly MissionKey[] {
  return reports.flatMap(({ droneId }) => fleet.drone(droneId)?.missionKey ?? []);
}

function answers(reports: readonly TelemetryReport[], results: readonly (ReportResult | undefined)[]) {
  return reports.map(({ droneId }, index) => ({ droneId, result: results[index] ?? 'stale' }));
}

function commandsFor(
  { fleet }: TelemetryDesk,
  reports: readonly TelemetryReport[],
  results: readonly (ReportResult | undefined)[],
): DroneCommand[] {
  const heard = reports.filter((_, index) => results[index] === 'accepted' || results[index] === 'stale');
  const drones = [...new Set(heard.map(({ droneId }) => droneId))].flatMap((droneId) => fleet.drone(droneId) ?? []);
  return drones.flatMap((drone) =>
    drone.command === null || drone.lost || hasAcknowledged(drone, drone.command) ? [] : [drone.command],
  );
}
