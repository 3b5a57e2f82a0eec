import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { tokenAudience } from '@dronedelivery/contracts';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { type Clock, systemClock } from '@dronedelivery/service-kit/clock';
import { createHttpServer } from '@dronedelivery/service-kit/http';
import { newId } from '@dronedelivery/service-kit/ids';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { createLogger, type Logger } from '@dronedelivery/service-kit/logger';
import { appendOutbox, createOutboxRelay, outboxMigration } from '@dronedelivery/service-kit/outbox';
import { connectServiceBus } from '@dronedelivery/service-kit/servicebus';
import { openDatabase } from '@dronedelivery/service-kit/sqlite';
import { h3Cells } from './adapters/h3/cells.ts';
import { addRoutes } from './adapters/http/routes.ts';
import { eventSender, positionSender, warmSenders } from './adapters/servicebus/broker.ts';
import { missionMessage } from './adapters/servicebus/mission-message.ts';
import { createSqliteFleetStore } from './adapters/sqlite/fleet-store.ts';
import { createSqliteMissionStore } from './adapters/sqlite/mission-store.ts';
import { fleetMigration } from './adapters/sqlite/schema.ts';
import { createSqliteUsageStore } from './adapters/sqlite/usage-store.ts';
import type { Dispatch } from './app/dispatch.ts';
import { FleetView } from './app/fleet-view.ts';
import { Positions } from './app/positions.ts';
import { SilenceWatch } from './app/silence.ts';
import { startBackground } from './background.ts';
import { type Config, dispatchRules, reportLimits, silenceRules } from './config.ts';
import { assignEarliestPickup } from './domain/assignment.ts';
import { createFleetEvents } from './events.ts';

export interface Overrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonicMs?: () => number;
}

export async function createDroneSchedulerService(config: Config, overrides: Overrides = {}): Promise<Service> {
  const { clock = systemClock, monotonicMs = () => performance.now() } = overrides;
  const logger = overrides.logger ?? createLogger({ service: 'drone-scheduler', level: config.logLevel });
  const events = createFleetEvents(logger);
  await using resources = new AsyncDisposableStack();

  const file = path.join(config.dataDir, 'drone-scheduler.db');
  const database = resources.use(await openDatabase({ file, migrations: [fleetMigration, outboxMigration] }));
  const store = createSqliteMissionStore(database, (sql, event, traceparent) =>
    appendOutbox(sql, missionMessage(event, traceparent), clock.now()),
  );
  const fleetStore = createSqliteFleetStore(database);
  const fleet = new FleetView(fleetStore, h3Cells);
  await fleet.refresh();

  const bus = resources.use(
    await connectServiceBus({
      connectionString: config.servicebusConnectionString,
      fullyQualifiedNamespace: config.servicebusNamespace,
    }),
  );
  warmSenders(bus).catch((error: unknown) => events.workFailed('warm-up', error));
  resources.use(createOutboxRelay({ database, send: eventSender(bus), logger, clock }));

  const rules = dispatchRules(config);
  const dispatch: Dispatch = { store, fleet, assignDrone: assignEarliestPickup, rules, clock, newMissionId: newId };
  const positions = new Positions(fleet);
  const onReport = positions.note.bind(positions);
  const silence = silenceRules(config);
  const watch = new SilenceWatch(fleet, silence, monotonicMs);
  const { silenceLookMs } = silence;
  const keepFinalMs = config.tombstoneMs;
  const sendPositions = positionSender(bus, newId);
  resources.use(
    startBackground({ dispatch, watch, positions, sendPositions, events, clock, silenceLookMs, keepFinalMs }),
  );

  const server = resources.use(
    createHttpServer({
      name: 'drone-scheduler',
      host: config.host,
      port: config.port,
      logger,
      verifier: createTokenVerifier({ issuer: config.tokenIssuer, audience: tokenAudience, jwksUrl: config.jwksUrl }),
      bodyLimitBytes: config.bodyLimitBytes,
      requestTimeoutMs: config.requestTimeoutMs,
      clock,
    }),
  );
  addRoutes(server, {
    dispatch,
    office: { store: fleetStore, fleet },
    desk: { store, fleet, clock, limits: reportLimits(config), onReport },
    usage: createSqliteUsageStore(database),
    events,
    clock,
    watchersMax: config.fleetWatchersMax,
  });
  const url = await server.listen();

  const running = resources.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
