import type { DroneActivity, TelemetryAnswer, TelemetryReport } from '@dronedelivery/contracts';
import type { TestTokenIssuer } from '@dronedelivery/testing';
import { place } from './builders.ts';
import type { Scheduler } from './harness.ts';

/** Reports by hand for one drone. */
export class Pilot {
  readonly #scheduler: Scheduler;
  readonly #token: string;
  readonly #droneId: string;
  readonly #now: () => number;
  #sequence = 0;
  mission: { readonly missionId: string; readonly revision: number } | undefined;

  constructor(scheduler: Scheduler, issuer: TestTokenIssuer, droneId: string, now: () => number = Date.now) {
    this.#scheduler = scheduler;
    this.#token = issuer.drone(droneId);
    this.#droneId = droneId;
    this.#now = now;
  }

  continueAbove(sequence: number): void {
    this.#sequence = sequence;
  }

  reportOf(activity: DroneActivity, fields: Partial<TelemetryReport> = {}): TelemetryReport {
    this.#sequence += 1;
    return {
      droneId: this.#droneId,
      sequence: this.#sequence,
      at: new Date(this.#now()).toISOString(),
      location: place(this.#sequence * 10, 0),
      speedMps: 20,
      headingDeg: 90,
      stateOfChargePercent: 90,
      activity,
      ...this.mission,
      ...fields,
    };
  }

  /** Reports, and takes over what it is told to do. */
  async report(activity: DroneActivity, fields: Partial<TelemetryReport> = {}): Promise<TelemetryAnswer> {
    const answer = await this.send([this.reportOf(activity, fields)]);
    const [command] = answer.commands;
    if (command !== undefined) this.mission = { missionId: command.missionId, revision: command.revision };
    return answer;
  }

  async send(reports: readonly TelemetryReport[]): Promise<TelemetryAnswer> {
    const { body } = await this.#scheduler.call(this.#token, 'POST', '/v1/telemetry', { reports });
    return body as TelemetryAnswer;
  }
}
