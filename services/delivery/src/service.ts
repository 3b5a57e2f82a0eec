import path from 'node:path';
import { tokenAudience } from '@dronedelivery/contracts';
import { createClientCredentials, createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { type Clock, systemClock } from '@dronedelivery/service-kit/clock';
import { createClockTrust } from '@dronedelivery/service-kit/clock-trust';
import { createHttpServer } from '@dronedelivery/service-kit/http';
import { createServiceClient } from '@dronedelivery/service-kit/http-client';
import { newId } from '@dronedelivery/service-kit/ids';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { createLogger, type Logger } from '@dronedelivery/service-kit/logger';
import { createOutboxRelay, outboxMigration } from '@dronedelivery/service-kit/outbox';
import { connectServiceBus } from '@dronedelivery/service-kit/servicebus';
import { type Database, openDatabase } from '@dronedelivery/service-kit/sqlite';
import { registerCustomerRoutes } from './adapters/http/customer-routes.ts';
import { registerDetailRoutes, registerReadingRoutes } from './adapters/http/reading-routes.ts';
import { registerSagaRoutes } from './adapters/http/saga-routes.ts';
import { registerWatchRoute } from './adapters/http/watch-route.ts';
import { isPublicAddress } from './adapters/notifications/address-rules.ts';
import { createWebhookCheck } from './adapters/notifications/check-webhook.ts';
import { createPublicResolve, type Resolve, resolveLocally } from './adapters/notifications/resolve.ts';
import { createWebhookSender } from './adapters/notifications/webhook.ts';
import { createAskScheduler } from './adapters/scheduler/ask-scheduler.ts';
import { receiveLive, sendThrough } from './adapters/servicebus/broker.ts';
import { SqliteDeliveryChanges } from './adapters/sqlite/changes.ts';
import { createSqliteHistory } from './adapters/sqlite/history.ts';
import { createSqliteInFlight } from './adapters/sqlite/in-flight-deliveries.ts';
import { createLocalNotifier } from './adapters/sqlite/local-notifier.ts';
import { createSqliteNotifications } from './adapters/sqlite/notifications.ts';
import { deliverySchema } from './adapters/sqlite/schema.ts';
import { createExecute } from './app/execute.ts';
import { noteMissionEvent, notePositions } from './app/live.ts';
import { giveWay, NewsLag } from './app/news-lag.ts';
import type { AskScheduler, Notify } from './app/ports.ts';
import { DeliveryQueries } from './app/queries.ts';
import type { DeliveryConfig } from './config.ts';
import type { NotificationChannel } from './domain/delivery.ts';
import { createDeliveryEvents } from './events.ts';
import { startWorkers } from './workers.ts';

export interface DeliveryOverrides {
  readonly clock?: Clock;
  readonly monotonicMs?: () => number;
  readonly logger?: Logger;
  readonly random?: () => number;
  /** Finds the addresses of webhooks. */
  readonly resolve?: Resolve;
}

const answerBytesMax = 16 * 1024;
/** Time enough for a clock that was set wrong to be set right again. */
const clockSteadyForMs = 60 * 60_000;

export async function createDeliveryService(
  config: DeliveryConfig,
  overrides: DeliveryOverrides = {},
): Promise<Service> {
  const { clock = systemClock, random = Math.random, monotonicMs = () => performance.now() } = overrides;
  const { resolve = config.webhooksAllowPrivate ? resolveLocally : createPublicResolve() } = overrides;
  const logger = overrides.logger ?? createLogger({ service: 'delivery', level: config.logLevel });
  const now = () => clock.now();
  const surroundings = () => ({ nowMs: now(), timeScale: config.timeScale });
  const events = createDeliveryEvents(logger);
  await using resources = new AsyncDisposableStack();

  const stores = await openStores(config, logger, resources);
  const { database, inFlight, history } = stores;
  const changes = resources.use(new SqliteDeliveryChanges(database, clock));
  const execute = createExecute({ inFlight, history, events, now }, config);
  const queries = new DeliveryQueries(stores);

  const askScheduler = connectScheduler(config, { logger, clock }, resources);
  const notify = createNotifiers(config, { database, clock, resolve }, resources);
  const trustsClock = createClockTrust({ now, monotonicMs, steadyForMs: clockSteadyForMs });
  resources.use(startWorkers({ config, ...stores, execute, notify, askScheduler, clock, random, events, trustsClock }));

  const { servicebusConnectionString: connectionString, servicebusNamespace: fullyQualifiedNamespace } = config;
  const bus = resources.use(await connectServiceBus({ connectionString, fullyQualifiedNamespace }));
  resources.use(createOutboxRelay({ database, send: sendThrough(bus), logger, clock }));
  const lag = new NewsLag({ monotonicMs, lagMsMax: config.newsLagMsMax });
  receiveLive({
    bus,
    logger,
    clock,
    silenceMs: config.receiverSilenceMs,
    onMissionNews: (message) => lag.taken(message),
    noteMissionEvent: (event) => noteMissionEvent(event, execute, events),
    notePositions: (event) => notePositions(event, inFlight, now(), events),
  });

  const { host, port, bodyLimitBytes, requestTimeoutMs, tokenIssuer: issuer, jwksUrl } = config;
  const verifier = createTokenVerifier({ issuer, audience: tokenAudience, jwksUrl });
  const server = resources.use(
    createHttpServer({ name: 'delivery', host, port, logger, verifier, bodyLimitBytes, requestTimeoutMs }),
  );
  const checkWebhook = createWebhookCheck({ allowPrivate: config.webhooksAllowPrivate }, resolve);
  registerSagaRoutes(server, { execute, surroundings, giveWay: () => giveWay(lag, clock) });
  registerReadingRoutes(server, queries, surroundings);
  registerDetailRoutes(server, queries);
  registerCustomerRoutes(server, { execute, checkWebhook, newId });
  registerWatchRoute(server, { queries, changes, surroundings }, config.watchersMax);
  const url = await server.listen();

  const running = resources.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function openStores(
  { dataDir, storeBytesMax: bytesMax }: DeliveryConfig,
  logger: Logger,
  resources: AsyncDisposableStack,
) {
  const migrations = [deliverySchema, outboxMigration];
  const file = path.join(dataDir, 'delivery.db');
  const database = resources.use(await openDatabase({ file, migrations, bytesMax, logger }));
  return {
    database,
    inFlight: createSqliteInFlight(database),
    history: createSqliteHistory(database),
    notifications: createSqliteNotifications(database),
  };
}

function connectScheduler(
  config: DeliveryConfig,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
  resources: AsyncDisposableStack,
): AskScheduler {
  const tokenSource = createClientCredentials({ ...config, logger, clock });
  const baseUrls = config.droneSchedulerUrl;
  return createAskScheduler(
    resources.use(createServiceClient({ name: 'drone-scheduler', baseUrls, tokenSource, logger })),
  );
}

function createNotifiers(
  { webhooksAllowPrivate: allowPrivate, webhookTimeoutMs: timeoutMs }: DeliveryConfig,
  { database, clock, resolve }: { readonly database: Database; readonly clock: Clock; readonly resolve: Resolve },
  resources: AsyncDisposableStack,
): Readonly<Record<NotificationChannel, Notify>> {
  const local = createLocalNotifier(database, clock);
  const isAllowed = allowPrivate ? () => true : isPublicAddress;
  const settings = { isAllowed, timeoutMs, answerBytesMax };
  const webhook = resources.use(createWebhookSender(settings, () => clock.now(), resolve));
  return { email: local, sms: local, webhook: webhook.notify };
}
