import { tokenAudience } from '@dronedelivery/contracts';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { type Clock, pause, systemClock } from '@dronedelivery/service-kit/clock';
import { createHttpServer } from '@dronedelivery/service-kit/http';
import { newId } from '@dronedelivery/service-kit/ids';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { createLogger, type Logger } from '@dronedelivery/service-kit/logger';
import { connectServiceBus } from '@dronedelivery/service-kit/servicebus';
import { registerRoutes } from './adapters/http/routes.ts';
import { createSendRequest } from './adapters/servicebus/send-request.ts';
import { watchQueue } from './adapters/servicebus/watch-queue.ts';
import { createAccept } from './app/accept.ts';
import type { IngestionConfig } from './config.ts';
import { Backlog } from './domain/backlog.ts';
import { createIngestionEvents } from './events.ts';

export interface IngestionOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly random?: () => number;
}

export async function createIngestionService(
  config: IngestionConfig,
  overrides: IngestionOverrides = {},
): Promise<Service> {
  const { clock = systemClock, random = Math.random } = overrides;
  const logger = overrides.logger ?? createLogger({ service: 'ingestion', level: config.logLevel });
  const now = () => clock.now();
  await using resources = new AsyncDisposableStack();

  const bus = resources.use(
    await connectServiceBus({
      connectionString: config.servicebusConnectionString,
      fullyQualifiedNamespace: config.servicebusNamespace,
    }),
  );
  const backlog = new Backlog(config);
  const { lookIntervalMs: intervalMs, inHandMax } = config;
  const watcher = resources.use(watchQueue({ bus, clock, logger, backlog, intervalMs, inHandMax }));
  const accept = createAccept({
    sendRequest: createSendRequest(bus, config, logger),
    backlog,
    events: createIngestionEvents(logger, now),
    newId,
    now,
    random,
  });

  const server = resources.use(
    createHttpServer({
      name: 'ingestion',
      host: config.host,
      port: config.port,
      logger,
      verifier: createTokenVerifier({ issuer: config.tokenIssuer, audience: tokenAudience, jwksUrl: config.jwksUrl }),
      bodyLimitBytes: config.bodyLimitBytes,
      requestTimeoutMs: config.requestTimeoutMs,
    }),
  );
  registerRoutes(server, accept, now);
  await within(config.firstLookTimeoutMs, watcher.firstLook, clock);
  const url = await server.listen();

  const running = resources.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Beside a full queue a process that has not looked at it yet would accept as much once more. */
async function within(limitMs: number, firstLook: Promise<void>, clock: Clock): Promise<void> {
  const limit = new AbortController();
  await Promise.race([firstLook, pause(clock, limitMs, limit.signal)]);
  limit.abort();
}
