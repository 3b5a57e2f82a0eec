import type { Drone, DroneCommand, TelemetryReport } from '@dronedelivery/contracts';
import type { Clock } from '@dronedelivery/service-kit/clock';
import type { FleetRegister, ReportTelemetry } from './ports.ts';

/** Less than this a clock that is slewed into place may gain between two looks. */
const setMsMin = 50;

/**
 * The time by which drones fly: it goes on evenly, whatever is done to the wall clock. Instants that others name, and that
 * they are told, are of the wall clock and have to be translated.
 */
export class FlightTime implements Clock {
  readonly #wall: Clock;
  readonly #monotonicMs: () => number;
  readonly #zeroMs: number;
  #aheadMs = 0;

  /** @param monotonicMs of a clock that never jumps */
  constructor(wall: Clock, monotonicMs: () => number) {
    this.#wall = wall;
    this.#monotonicMs = monotonicMs;
    this.#zeroMs = wall.now() - monotonicMs();
  }

  now(): number {
    return this.#zeroMs + this.#monotonicMs();
  }

  setTimer(callback: () => void, delayMs: number): ReturnType<Clock['setTimer']> {
    return this.#wall.setTimer(callback, delayMs);
  }

  /** By how much the wall clock was set forward since the last look; negative: back. */
  look(): number {
    const setMs = this.#wall.now() - this.now() - this.#aheadMs;
    if (Math.abs(setMs) < setMsMin) return 0;
    this.#aheadMs += setMs;
    return setMs;
  }

  toWall(instant: string): string {
    return shifted(instant, this.#aheadMs);
  }

  fromWall(instant: string): string {
    return shifted(instant, -this.#aheadMs);
  }
}

function shifted(instant: string, byMs: number): string {
  return byMs === 0 ? instant : new Date(Date.parse(instant) + byMs).toISOString();
}

/** Reports go out, and commands come in, translated. */
export function reportBy(time: FlightTime, report: ReportTelemetry): ReportTelemetry {
  const told = (one: TelemetryReport) => ({ ...one, at: time.toWall(one.at) });
  return async (reports, signal) => {
    const outcome = await report(reports.map(told), signal);
    if (outcome.kind === 'failed') return outcome;
    const commands = outcome.answer.commands.map((command) => heard(time, command));
    return { ...outcome, answer: { ...outcome.answer, commands } };
  };
}

/** What drones were commanded before comes in translated. */
export function registerBy(time: FlightTime, register: FleetRegister): FleetRegister {
  const known = (drone: Drone) => ({ ...drone, command: drone.command && heard(time, drone.command) });
  return { ...register, drones: async (signal) => (await register.drones(signal)).map(known) };
}

function heard(time: FlightTime, command: DroneCommand): DroneCommand {
  if (command.kind === 'ReturnToStation') return command;
  const { departAt, pickupTime } = command;
  return { ...command, departAt: time.fromWall(departAt), pickupTime: time.fromWall(pickupTime) };
}
