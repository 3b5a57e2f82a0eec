import type { TelemetryReport } from '@dronedelivery/contracts';
import { pause } from '@dronedelivery/service-kit/clock';
import type { Random } from '../domain/random.ts';
import type { FleetEvents } from '../events.ts';
import type { Fleet } from './fleet.ts';
import type { FlightTime } from './flight-time.ts';
import type { FleetRegister, ReportTelemetry } from './ports.ts';

export interface TelemetryLoopOptions {
  readonly fleet: Fleet;
  readonly report: ReportTelemetry;
  readonly register: Pick<FleetRegister, 'drones'>;
  readonly clock: FlightTime;
  readonly random: Random;
  readonly events: FleetEvents;
  /** Reports in one batch. */
  readonly batchMax: number;
  /** Batches on their way at the same time. */
  readonly concurrentMax: number;
  /** How often flights are looked at. */
  readonly tickMs: number;
}

const backoffFirstMs = 250;
/** Well below the silence after which a drone counts as lost. */
const backoffMsMax = 2_000;

/**
 * Flies the fleet until the signal is aborted. While the scheduler cannot be reached nothing queues up: every drone keeps only
 * its newest state, and tells it when the pause, doubled at every failure and spread by chance, is over.
 */
export class TelemetryLoop {
  readonly #options: TelemetryLoopOptions;
  readonly #posts = new Set<Promise<void>>();
  #failures = 0;
  #retryAtMs = 0;
  #catchingUp: Promise<void> | undefined;

  constructor(options: TelemetryLoopOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, tickMs } = this.#options;
    while (!signal.aborted) {
      this.#tick(signal);
      await pause(clock, tickMs, signal);
    }
    await Promise.all(this.#posts);
  }

  #tick(signal: AbortSignal): void {
    const { fleet, clock, batchMax } = this.#options;
    const nowMs = clock.now();
    const setMs = clock.look();
    if (setMs !== 0) fleet.wallClockSet(setMs, nowMs);
    fleet.advance(nowMs);
    if (nowMs < this.#retryAtMs) return;
    // After a failure one batch tries the way for all.
    const concurrentMax = this.#failures > 0 ? 1 : this.#options.concurrentMax;
    while (this.#posts.size < concurrentMax) {
      const reports = fleet.takeDue(nowMs, batchMax);
      if (reports.length === 0) return;
      const post = this.#post(reports, signal).finally(() => this.#posts.delete(post));
      this.#posts.add(post);
    }
  }

  async #post(reports: readonly TelemetryReport[], signal: AbortSignal): Promise<void> {
    const { fleet, report, clock, events } = this.#options;
    const outcome = await report(reports, signal);
    if (outcome.kind === 'failed') {
      fleet.failed(reports, clock.now());
      if (!signal.aborted) this.#backOff(outcome.why, outcome.retryAfterMs);
      return;
    }
    if (this.#failures > 0) events.telemetryAgain(this.#failures);
    this.#failures = 0;
    const { isBehind } = fleet.answered(outcome.answer, clock.now());
    if (isBehind) await this.#catchUp(signal);
  }

  #backOff(why: string, retryAfterMs: number): void {
    const { clock, random, events } = this.#options;
    const longestMs = Math.min(backoffMsMax, backoffFirstMs * 2 ** Math.min(this.#failures, 16));
    const waitMs = Math.max(retryAfterMs, longestMs * (0.5 + random() / 2));
    this.#failures += 1;
    this.#retryAtMs = clock.now() + waitMs;
    events.telemetryFailed(why, Math.round(waitMs));
  }

  /** Another process has spoken for some drones: ours go on above what it has said. One reading serves all. */
  #catchUp(signal: AbortSignal): Promise<void> {
    this.#catchingUp ??= this.#continueAboveKnown(signal).finally(() => {
      this.#catchingUp = undefined;
    });
    return this.#catchingUp;
  }

  async #continueAboveKnown(signal: AbortSignal): Promise<void> {
    const { register, fleet, events } = this.#options;
    try {
      fleet.continueAbove(await register.drones(signal));
    } catch (error) {
      events.refreshFailed(error);
    }
  }
}
