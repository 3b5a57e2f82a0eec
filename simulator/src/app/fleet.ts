import type { Drone, DroneCommand, TelemetryAnswer, TelemetryReport } from '@dronedelivery/contracts';
import { advance, skipTo } from '../domain/advance.ts';
import { type Cadence, cadenceFor } from '../domain/cadence.ts';
import { activityOf, type SimDrone } from '../domain/drone.ts';
import { crash, loseLink, restore } from '../domain/fault.ts';
import { obey, onClockSet } from '../domain/obey.ts';
import type { Random } from '../domain/random.ts';
import { reportOf } from '../domain/report.ts';
import { type KnownFleet, resume } from '../domain/resume.ts';
import type { FleetEvents } from '../events.ts';

export type FaultKind = 'link-lost' | 'crashed' | 'restored';

export interface FleetOptions {
  readonly timeScale: number;
  readonly random: Random;
  readonly events: FleetEvents;
}

interface Member {
  drone: SimDrone;
  /** Of its last report. */
  sequence: number;
  dueAtMs: number;
  /** A report of it is on its way: another one could overtake it. */
  isReporting: boolean;
}

/** All simulated drones: lets their time pass, collects what they report, hands them their commands. */
export class Fleet {
  readonly #members = new Map<string, Member>();
  readonly #order: Member[] = [];
  readonly #options: FleetOptions;
  readonly #cadence: Cadence;
  #next = 0;
  #paused = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#cadence = cadenceFor(options.timeScale);
  }

  get size(): number {
    return this.#order.length;
  }

  /** Takes up drones that it does not fly yet; their first reports are spread over a parked drone's interval. */
  adopt(drones: readonly Drone[], known: KnownFleet, nowMs: number): void {
    for (const found of drones) {
      if (this.#members.has(found.droneId)) continue;
      const drone = resume(found, known, nowMs, this.#options.timeScale);
      if (drone === undefined) {
        this.#options.events.cannotFly(found);
        continue;
      }
      const dueAtMs = nowMs + (isActive(drone) ? 0 : this.#options.random() * this.#cadence.parkedMs);
      const member = { drone, sequence: found.telemetrySequence, dueAtMs, isReporting: false };
      this.#members.set(found.droneId, member);
      this.#order.push(member);
    }
  }

  /** Brings every drone that is at something to the present; a change of activity is told at once. */
  advance(nowMs: number): void {
    for (const member of this.#order) if (isActive(member.drone)) this.#bringTo(member, nowMs);
  }

  /** The wall clock was set forward, or back: what drones wait for by it comes sooner, or later. */
  wallClockSet(byMs: number, nowMs: number): void {
    for (const member of this.#order) {
      this.#bringTo(member, nowMs);
      member.drone = onClockSet(member.drone, byMs);
    }
    this.#options.events.wallClockSet(byMs);
  }

  /** Reports that are due, at most `max`, from drones that have waited longest since their turn. */
  takeDue(nowMs: number, max: number): TelemetryReport[] {
    const reports: TelemetryReport[] = [];
    const count = this.#order.length;
    for (let looked = 0; looked < count && reports.length < max; looked += 1) {
      const member = this.#order[this.#next % count];
      this.#next = (this.#next + 1) % count;
      if (member !== undefined && isDue(member, nowMs)) reports.push(this.#report(member, nowMs));
    }
    return reports;
  }

  /**
   * Takes an answer in: every drone may report again, and does at once what it is told.
   * @returns whether the scheduler has heard later reports of some drone than ours.
   */
  answered({ results, commands }: TelemetryAnswer, nowMs: number): { readonly isBehind: boolean } {
    for (const { droneId, result } of results) {
      const member = this.#members.get(droneId);
      if (member === undefined) continue;
      member.isReporting = false;
      if (result !== 'accepted') this.#options.events.reportRefused(droneId, result);
    }
    for (const command of commands) this.#command(command, nowMs);
    return { isBehind: results.some(({ result }) => result === 'stale') };
  }

  /** The reports did not arrive: the drones are due at once, with their newest state. */
  failed(reports: readonly TelemetryReport[], nowMs: number): void {
    for (const { droneId } of reports) {
      const member = this.#members.get(droneId);
      if (member === undefined) continue;
      member.isReporting = false;
      member.dueAtMs = nowMs;
    }
  }

  /** Goes on above the sequence numbers that the scheduler has heard. */
  continueAbove(drones: readonly Drone[]): void {
    for (const { droneId, telemetrySequence } of drones) {
      const member = this.#members.get(droneId);
      if (member !== undefined) member.sequence = Math.max(member.sequence, telemetrySequence);
    }
  }

  /** False when there is no such drone. */
  inject(droneId: string, kind: FaultKind, nowMs: number): boolean {
    const member = this.#members.get(droneId);
    if (member === undefined) return false;
    this.#bringTo(member, nowMs);
    member.drone = faults[kind](member.drone);
    member.dueAtMs = nowMs;
    this.#options.events.faultInjected(droneId, kind);
    return true;
  }

  /** Flights, charging and loading stand still until `resume`; drones go on reporting and taking commands. */
  pause(nowMs: number): void {
    for (const member of this.#order) this.#bringTo(member, nowMs);
    this.#paused = true;
    this.#options.events.flightsPaused(true);
  }

  resume(nowMs: number): void {
    for (const member of this.#order) {
      this.#bringTo(member, nowMs);
      if (isActive(member.drone)) member.dueAtMs = Math.min(member.dueAtMs, nowMs);
    }
    this.#paused = false;
    this.#options.events.flightsPaused(false);
  }

  #bringTo(member: Member, nowMs: number): void {
    const { drone } = member;
    member.drone = this.#paused ? skipTo(drone, nowMs) : advance(drone, nowMs, this.#options.timeScale);
    if (activityOf(member.drone) !== activityOf(drone)) member.dueAtMs = Math.min(member.dueAtMs, nowMs);
    if (member.drone.condition === 'crashed' && drone.condition !== 'crashed') {
      this.#options.events.batteryEmpty(drone.droneId);
    }
  }

  #report(member: Member, nowMs: number): TelemetryReport {
    this.#bringTo(member, nowMs);
    member.sequence += 1;
    member.isReporting = true;
    const isMoving = isActive(member.drone) && member.drone.task.kind !== 'parked' && !this.#paused;
    member.dueAtMs = nowMs + (isMoving ? this.#cadence.activeMs : this.#cadence.parkedMs);
    return reportOf(member.drone, member.sequence, this.#paused);
  }

  #command(command: DroneCommand, nowMs: number): void {
    const member = this.#members.get(command.droneId);
    if (member === undefined || member.drone.condition !== 'ok') return;
    this.#bringTo(member, nowMs);
    const obeyed = obey(member.drone, command);
    if (obeyed === member.drone) return;
    member.drone = obeyed;
    // The echo ends the repetition of the command.
    member.dueAtMs = nowMs;
    this.#options.events.commandTaken(command);
  }
}

const faults = { 'link-lost': loseLink, crashed: crash, restored: restore } as const satisfies Record<
  FaultKind,
  (drone: SimDrone) => SimDrone
>;

/** Something other than charging happens to it by itself. */
function isActive({ task, mission }: SimDrone): boolean {
  return task.kind !== 'parked' || mission?.phase === 'pending';
}

function isDue({ drone, dueAtMs, isReporting }: Member, nowMs: number): boolean {
  return dueAtMs <= nowMs && !isReporting && drone.condition === 'ok';
}
