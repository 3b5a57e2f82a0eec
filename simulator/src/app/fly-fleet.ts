import { type Clock, pause } from '@dronedelivery/service-kit/clock';
import type { FleetPlan } from '../domain/fleet-plan.ts';
import type { FleetEvents } from '../events.ts';
import { type Enrolled, enrol, readFleet } from './enrol.ts';
import type { Fleet } from './fleet.ts';
import type { FleetRegister } from './ports.ts';
import type { TelemetryLoop } from './telemetry-loop.ts';

export interface FlyFleetOptions {
  readonly fleet: Fleet;
  readonly loop: Pick<TelemetryLoop, 'run'>;
  readonly register: FleetRegister;
  readonly plan: FleetPlan;
  readonly clock: Clock;
  readonly events: FleetEvents;
  /** How often drones that others have registered are looked for. */
  readonly refreshMs: number;
  readonly onEnrolled: () => void;
}

const enrolRetryFirstMs = 250;
const enrolRetryMsMax = 1_000;

/** From the first contact with the scheduler until the signal is aborted. */
export async function flyFleet(options: FlyFleetOptions, signal: AbortSignal): Promise<void> {
  const enrolled = await enrolPatiently(options, signal);
  if (enrolled === undefined) return;
  adopt(options, enrolled);
  options.events.enrolled(options.fleet.size);
  options.onEnrolled();
  await Promise.all([options.loop.run(signal), refresh(options, signal)]);
}

/** The scheduler may start later than we do. */
async function enrolPatiently(options: FlyFleetOptions, signal: AbortSignal): Promise<Enrolled | undefined> {
  const { register, plan, clock, events } = options;
  for (let retryMs = enrolRetryFirstMs; !signal.aborted; retryMs = Math.min(enrolRetryMsMax, retryMs * 2)) {
    try {
      return await enrol(register, plan, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      events.enrolmentFailed(error, retryMs);
      await pause(clock, retryMs, signal);
    }
  }
  return undefined;
}

async function refresh(options: FlyFleetOptions, signal: AbortSignal): Promise<void> {
  const { register, clock, events, refreshMs } = options;
  for (;;) {
    await pause(clock, refreshMs, signal);
    if (signal.aborted) return;
    try {
      adopt(options, await readFleet(register, signal));
    } catch (error) {
      if (!signal.aborted) events.refreshFailed(error);
    }
  }
}

function adopt({ fleet, clock }: FlyFleetOptions, enrolled: Enrolled): void {
  fleet.adopt(enrolled.drones, enrolled, clock.now());
}
