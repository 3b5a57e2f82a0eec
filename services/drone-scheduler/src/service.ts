import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { tokenAudience } from '@dronedelivery/contracts';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { type Clock, systemClock } from '@dronedelivery/service-kit/clock';
import { createClockTrust } from '@dronedelivery/service-kit/clock-trust';
import { createHttpServer } from '@dronedelivery/service-kit/http';
import { newId } from '@dronedelivery/service-kit/ids';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { createLogger, type Logger } from '@dronedelivery/service-kit/logger';
import { createOutboxRelay } from '@dronedelivery/service-kit/outbox';
import { connectServiceBus } from '@dronedelivery/service-kit/servicebus';
import { h3Cells } from './adapters/h3/cells.ts';
import { addRoutes } from './adapters/http/routes.ts';
import { eventSender, positionSender, warmSenders } from './adapters/servicebus/broker.ts';
import { openSqliteStores } from './adapters/sqlite/stores.ts';
import { FleetView } from './app/fleet-view.ts';
import { Positions } from './app/positions.ts';
import { SilenceWatch } from './app/silence.ts';
import { startBackground } from './background.ts';
import { type Config, dispatchRules, reportLimits, silenceRules } from './config.ts';
import { assignEarliestPickup } from './domain/assignment.ts';
import { createFleetEvents } from './events.ts';

export interface Overrides {
  readonly clock?: Clock;
  readonly monotonicMs?: () => number;
  readonly logger?: Logger;
}

/** Time enough for a clock that was set wrong to be set right again. */
const clockSteadyForMs = 60 * 60_000;

export async function createDroneSchedulerService(config: Config, overrides: Overrides = {}): Promise<Service> {
  const { clock = systemClock, monotonicMs = () => performance.now() } = overrides;
  const logger = overrides.logger ?? createLogger({ service: 'drone-scheduler', level: config.logLevel });
  const events = createFleetEvents(logger);
  await using resources = new AsyncDisposableStack();

  const stores = resources.use(await openStores(config, logger, clock));
  const fleet = new FleetView(stores.fleet, h3Cells);
  await fleet.refresh();

  const bus = resources.use(await connectBus(config));
  warmSenders(bus).catch((error: unknown) => events.workFailed('warm-up', error));
  resources.use(createOutboxRelay({ database: stores.database, send: eventSender(bus), logger, clock }));

  const rules = dispatchRules(config);
  const store = stores.missions;
  const dispatch = { store, fleet, assignDrone: assignEarliestPickup, rules, clock, newMissionId: newId };
  const positions = new Positions(fleet);
  const silence = silenceRules(config);
  const watch = new SilenceWatch(fleet, silence, monotonicMs, events.fleetUnheard);
  const trustsClock = createClockTrust({ now: () => clock.now(), monotonicMs, steadyForMs: clockSteadyForMs });
  const background = { dispatch, watch, positions, sendPositions: positionSender(bus, newId), events, clock };
  const times = { silenceLookMs: silence.silenceLookMs, keepFinalMs: config.tombstoneMs, trustsClock };
  resources.use(startBackground({ ...background, ...times }));

  const server = resources.use(createServer(config, logger, clock));
  addRoutes(server, {
    dispatch,
    office: { store: stores.fleet, fleet },
    desk: { store, fleet, clock, limits: reportLimits(config), onReport: (report) => positions.note(report) },
    usage: stores.usage,
    events,
    clock,
    watchersMax: config.fleetWatchersMax,
  });
  const url = await server.listen();

  const running = resources.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function openStores({ dataDir, storeBytesMax: bytesMax }: Config, logger: Logger, clock: Clock) {
  return openSqliteStores({ file: path.join(dataDir, 'drone-scheduler.db'), bytesMax, logger }, clock);
}

function connectBus({ servicebusConnectionString, servicebusNamespace }: Config) {
  return connectServiceBus({
    connectionString: servicebusConnectionString,
    fullyQualifiedNamespace: servicebusNamespace,
  });
}

function createServer(config: Config, logger: Logger, clock: Clock) {
  return createHttpServer({
    name: 'drone-scheduler',
    host: config.host,
    port: config.port,
    logger,
    verifier: createTokenVerifier({ issuer: config.tokenIssuer, audience: tokenAudience, jwksUrl: config.jwksUrl }),
    bodyLimitBytes: config.bodyLimitBytes,
    requestTimeoutMs: config.requestTimeoutMs,
    clock,
  });
}
