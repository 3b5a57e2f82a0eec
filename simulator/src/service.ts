import { createClientCredentials } from '@dronedelivery/service-kit/auth';
import { type Clock, systemClock } from '@dronedelivery/service-kit/clock';
import { createHttpServer } from '@dronedelivery/service-kit/http';
import { createServiceClient } from '@dronedelivery/service-kit/http-client';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { createLogger, type Logger } from '@dronedelivery/service-kit/logger';
import { registerControl } from './adapters/http/control.ts';
import { httpFleetRegister, httpTelemetry } from './adapters/http/scheduler-client.ts';
import { Fleet } from './app/fleet.ts';
import { FlightTime, registerBy, reportBy } from './app/flight-time.ts';
import { flyFleet } from './app/fly-fleet.ts';
import { TelemetryLoop } from './app/telemetry-loop.ts';
import type { SimulatorConfig } from './config.ts';
import { planFleet } from './domain/fleet-plan.ts';
import { seededRandom } from './domain/random.ts';
import { logFleetEvents } from './events.ts';

/** Thousands of drones are registered in one go. */
const registerTimeoutMs = 10_000;

export interface SimulatorOverrides {
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonicMs?: () => number;
}

/** The fleet that flies. It is ready once the scheduler knows all its drones, and starts without waiting for that. */
export async function createSimulator(config: SimulatorConfig, overrides: SimulatorOverrides = {}): Promise<Service> {
  const {
    logger = createLogger({ service: 'simulator', level: config.logLevel }),
    clock: wallClock = systemClock,
    monotonicMs = () => performance.now(),
  } = overrides;
  await using resources = new AsyncDisposableStack();
  const clock = new FlightTime(wallClock, monotonicMs);
  const scheduler = connect(config, logger, resources);
  const register = registerBy(clock, scheduler.register);
  const report = reportBy(clock, scheduler.report);
  const random = seededRandom(config.seed);
  const events = logFleetEvents(logger);
  const fleet = new Fleet({ timeScale: config.timeScale, random, events });
  const loop = new TelemetryLoop({
    ...{ fleet, report, register, clock, random, events },
    batchMax: config.telemetryBatchMax,
    concurrentMax: config.telemetryConcurrentMax,
    tickMs: config.tickMs,
  });

  let isEnrolled = false;
  const server = resources.use(createHttpServer({ ...config, name: 'simulator', logger, isReady: () => isEnrolled }));
  registerControl(server, fleet, clock);
  const url = await server.listen();

  const stopping = new AbortController();
  const flight = flyFleet(
    {
      ...{ fleet, loop, register, clock, events },
      plan: planFleet(config.drones, config.seed, config.stationCenter),
      refreshMs: config.fleetRefreshMs,
      onEnrolled: () => {
        isEnrolled = true;
      },
    },
    stopping.signal,
  );
  resources.defer(() => {
    stopping.abort();
    return flight;
  });
  const owned = resources.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function connect(config: SimulatorConfig, logger: Logger, resources: AsyncDisposableStack) {
  const tokenSource = createClientCredentials({ ...config, logger });
  const shared = {
    name: 'drone-scheduler',
    baseUrls: config.droneSchedulerUrl,
    tokenSource,
    // Short: a fleet that is silent counts as lost before long.
    breakerPauseMs: 250,
    breakerPauseMsMax: 1_000,
  } as const;
  const register = resources.use(createServiceClient({ ...shared, timeoutMs: registerTimeoutMs }));
  // The loop makes its own pauses.
  const telemetry = resources.use(
    createServiceClient({ ...shared, timeoutMs: config.telemetryTimeoutMs, attemptsMax: 1 }),
  );
  return { register: httpFleetRegister(register), report: httpTelemetry(telemetry) };
}
