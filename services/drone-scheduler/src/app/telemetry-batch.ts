import type { TelemetryReport } from '@dronedelivery/contracts';
import { distanceM } from '@dronedelivery/geo';
import { applyDroneChange, type Drone, type ReceivedReport } from '../domain/drone.ts';
import { isBound, type Mission, type MissionKey } from '../domain/mission.ts';
import { advance } from '../domain/mission-advance.ts';
import { believedInTime, checkReport, type ReportLimits, type ReportResult } from '../domain/report-check.ts';
import { flightUsage } from '../domain/usage.ts';
import { decisionOf } from './decision.ts';
import type { FleetView } from './fleet-view.ts';
import type { Decision } from './ports.ts';

export interface JudgedReport {
  readonly result: ReportResult;
  readonly decision: Decision | null;
}

type KnownDrones = Pick<FleetView, 'drone' | 'models'>;

/**
 * Judges reports one after the other, each on what the ones before it leave behind. Made for one attempt: what turns
 * out to be outdated is judged anew by a fresh one.
 */
export class TelemetryBatch {
  readonly #judged = new Map<string, { readonly before: Drone; readonly changes: Decision['drones'] }>();
  readonly #missions = new Map<string, Mission>();
  readonly #fleet: KnownDrones;
  readonly #limits: ReportLimits;

  constructor(fleet: KnownDrones, missions: readonly Mission[], limits: ReportLimits) {
    this.#fleet = fleet;
    this.#limits = limits;
    for (const mission of missions) this.#missions.set(keyText(mission), mission);
  }

  judge(report: TelemetryReport, receivedAtMs: number): JudgedReport {
    const drone = this.#droneOf(report);
    const model = drone && this.#fleet.models.get(drone.modelId);
    if (drone === undefined || model === undefined) return { result: 'unknown-drone', decision: null };
    const received = believedInTime({ ...report, receivedAtMs }, this.#limits);
    const wayM = distanceM(drone.location, report.location);
    const result = checkReport(drone, model, received, wayM, this.#limits);
    if (result !== 'accepted') return { result, decision: null };
    const decision = decide(drone, this.#missionOf(drone), received, wayM);
    this.#judged.set(drone.droneId, { before: drone, changes: decision.drones });
    if (decision.mission !== null) this.#missions.set(keyText(decision.mission.record), decision.mission.record);
    return { result, decision };
  }

  #missionOf({ missionKey }: Drone): Mission | undefined {
    return missionKey === null ? undefined : this.#missions.get(keyText(missionKey));
  }

  /** What the reports before this one have made of it: worked out only here, since few drones report twice in a batch. */
  #droneOf({ droneId }: TelemetryReport): Drone | undefined {
    const judged = this.#judged.get(droneId);
    if (judged === undefined) return this.#fleet.drone(droneId);
    return judged.changes.reduce<Drone>((at, change) => applyDroneChange(at, change) ?? at, judged.before);
  }
}

function decide(drone: Drone, mission: Mission | undefined, report: ReceivedReport, wayM: number): Decision {
  const received = { droneId: drone.droneId, expectMissionId: drone.missionId, report };
  const plain: Decision = { mission: null, drones: [received], events: [], usage: [] };
  if (mission === undefined || !isBound(mission) || mission.missionId !== drone.missionId) return plain;
  const owner = { businessId: mission.businessId, ownerId: mission.request.ownerId };
  const usage = fliesParcelWay(drone, report) ? [flightUsage(owner, report.receivedAtMs, wayM)] : [];
  const step = advance(mission, drone, report);
  if (step.mission === mission) return { ...plain, usage };
  // The report and what follows from it are one change of the drone.
  const [ending] = step.drones;
  return {
    ...decisionOf(step, mission),
    drones: [{ ...ending, ...received }],
    usage: [...usage, ...step.usage],
  };
}

/** Flown for the mission, as far as the two ends of this piece tell. */
function fliesParcelWay(drone: Drone, report: ReceivedReport): boolean {
  const onTheWay = (activity: Drone['activity']) => activity === 'EnRouteToPickup' || activity === 'EnRouteToDropoff';
  return report.missionId === drone.missionId && (onTheWay(drone.activity) || onTheWay(report.activity));
}

function keyText({ businessId, deliveryId }: MissionKey): string {
  return `${businessId}/${deliveryId}`;
}
