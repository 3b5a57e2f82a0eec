import type { Drone } from '../domain/drone.ts';
import { isBound, type Mission } from '../domain/mission.ts';
import { loseDrone, loseFreeDrone } from '../domain/mission-end.ts';
import { nearestStation } from '../domain/route.ts';
import { decisionOf } from './decision.ts';
import type { Dispatch } from './dispatch.ts';
import type { FleetView } from './fleet-view.ts';
import type { Decision } from './ports.ts';

export interface SilenceRules {
  readonly silenceMs: number;
  /** Longest pause between two looks; after a longer one this process was deaf itself and begins to count anew. */
  readonly lookGapMsMax: number;
  /** Drones given up in one look, so that no write grows without bound. */
  readonly lostAtOnceMax: number;
  /** For so long a silence that most drones share is put down to the way between them and us. */
  readonly outageMsMax: number;
}

/** Of a parked drone, at the least. */
const reportsInSilence = 3;
/** It has heard of its mission often by then. */
const deafSilences = 2;
/** Fewer may well fall silent at the same time by themselves. */
const crowdMin = 3;

/**
 * Which drones have been silent for too long, or go on reporting and do not take the mission that they were given. Silence is
 * measured by a clock that never jumps, from the moment this process heard of the drone's last report, and at the earliest from
 * its own start: a restart loses no drone. Nor does an outage: while more than half of the fleet is unheard, nobody's silence
 * counts, and when it is over everybody has the whole time anew.
 */
export class SilenceWatch {
  readonly #heard = new Map<string, { readonly sequence: number; readonly atMs: number }>();
  readonly #unanswered = new Map<string, { readonly missionId: string; readonly sinceMs: number }>();
  readonly #fleet: FleetView;
  readonly #rules: SilenceRules;
  readonly #monotonicMs: () => number;
  readonly #onOutage: (isOutage: boolean) => void;
  #listeningSinceMs: number;
  #lookedAtMs: number;
  #outageSinceMs: number | undefined;

  /** @param onOutage is told when most of the fleet falls silent, and when it is heard again. */
  constructor(fleet: FleetView, rules: SilenceRules, monotonicMs: () => number, onOutage: (isOutage: boolean) => void) {
    this.#fleet = fleet;
    this.#rules = rules;
    this.#monotonicMs = monotonicMs;
    this.#onOutage = onOutage;
    this.#listeningSinceMs = monotonicMs();
    this.#lookedAtMs = this.#listeningSinceMs;
    fleet.onChange((drones) => this.#hear(drones));
  }

  silent(): readonly Drone[] {
    const nowMs = this.#monotonicMs();
    const wasDeaf = nowMs - this.#lookedAtMs > this.#rules.lookGapMsMax;
    if (wasDeaf || this.#isExcused(nowMs)) this.#listeningSinceMs = nowMs;
    this.#lookedAtMs = nowMs;
    const silent: Drone[] = [];
    for (const drone of this.#fleet.drones()) {
      if (drone.lost || drone.outOfService || !(this.#isSilent(drone, nowMs) || this.#isDeaf(drone, nowMs))) continue;
      silent.push(drone);
      if (silent.length === this.#rules.lostAtOnceMax) break;
    }
    return silent;
  }

  /** Whether silence says nothing about a drone at present. Not for ever: at last even a whole fleet is lost. */
  #isExcused(nowMs: number): boolean {
    const isOutage = this.#isOutage(nowMs);
    if (isOutage !== (this.#outageSinceMs !== undefined)) {
      this.#outageSinceMs = isOutage ? nowMs : undefined;
      this.#onOutage(isOutage);
    }
    return this.#outageSinceMs !== undefined && nowMs - this.#outageSinceMs <= this.#rules.outageMsMax;
  }

  /**
   * The time in which every drone should have been heard once is enough to tell: a longer one would miss two short outages
   * in a row.
   */
  #isOutage(nowMs: number): boolean {
    let present = 0;
    let unheard = 0;
    for (const { droneId, lost, outOfService, lastSeenAtMs } of this.#fleet.drones()) {
      if (lost || outOfService || lastSeenAtMs === null) continue;
      present++;
      if (nowMs - this.#heardAtMs(droneId) > this.#rules.silenceMs / reportsInSilence) unheard++;
    }
    return unheard >= crowdMin && unheard > present / 2;
  }

  #heardAtMs(droneId: string): number {
    return this.#heard.get(droneId)?.atMs ?? Number.NEGATIVE_INFINITY;
  }

  #isSilent({ droneId }: Drone, nowMs: number): boolean {
    return nowMs - Math.max(this.#heardAtMs(droneId), this.#listeningSinceMs) > this.#rules.silenceMs;
  }

  #isDeaf({ droneId }: Drone, nowMs: number): boolean {
    const sinceMs = this.#unanswered.get(droneId)?.sinceMs ?? Number.POSITIVE_INFINITY;
    return nowMs - Math.max(sinceMs, this.#listeningSinceMs) > this.#rules.silenceMs * deafSilences;
  }

  #hear(drones: readonly Drone[]): void {
    const atMs = this.#monotonicMs();
    for (const { droneId, telemetrySequence: sequence, missionId, reportedMissionId } of drones) {
      if (this.#heard.get(droneId)?.sequence !== sequence) this.#heard.set(droneId, { sequence, atMs });
      if (missionId === null || missionId === reportedMissionId) this.#unanswered.delete(droneId);
      else if (this.#unanswered.get(droneId)?.missionId !== missionId) {
        this.#unanswered.set(droneId, { missionId, sinceMs: atMs });
      }
    }
  }
}

/** Gives up silent drones and what they were doing; of several processes one does. Returns what was stored. */
export async function giveUpSilent(dispatch: Dispatch, watch: SilenceWatch): Promise<readonly Drone[]> {
  await dispatch.fleet.refresh();
  const silent = watch.silent();
  if (silent.length === 0) return [];
  const missions = await dispatch.store.findMany(silent.flatMap(({ missionKey }) => missionKey ?? []));
  const missionOf = new Map(missions.map((mission) => [mission.missionId, mission]));
  const decided = silent.map((drone) => ({ drone, decision: lossOf(dispatch, drone, missionOf.get(drone.missionId)) }));
  const outcomes = await dispatch.store.commit(decided.map(({ decision }) => decision));
  await dispatch.fleet.refresh();
  return decided.filter((_, at) => outcomes[at] === 'committed').map(({ drone }) => drone);
}

function lossOf({ fleet, clock }: Dispatch, drone: Drone, mission: Mission | undefined): Decision {
  if (drone.missionId === null || mission === undefined || !isBound(mission)) {
    return { mission: null, drones: [loseFreeDrone(drone)], events: [], usage: [] };
  }
  const home = nearestStation(fleet.stations.values(), drone.location) ?? mission.flight.station;
  return decisionOf(loseDrone(mission, drone, home, clock.now()), mission);
}
