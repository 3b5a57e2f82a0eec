import { tokenAudience } from '@dronedelivery/contracts';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { type Clock, systemClock } from '@dronedelivery/service-kit/clock';
import { createHttpServer } from '@dronedelivery/service-kit/http';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { createLogger, type Logger } from '@dronedelivery/service-kit/logger';
import { connectServiceBus } from '@dronedelivery/service-kit/servicebus';
import { registerDeadLetterRoutes } from './adapters/http/dead-letter-routes.ts';
import { httpDependencies } from './adapters/http/dependencies.ts';
import { createServiceClients } from './adapters/http/service-clients.ts';
import { openBoxes, placesToSetAside } from './adapters/servicebus/dead-letter-boxes.ts';
import { type BrokerDeadLetter, createPark, receiveDeadLetters, setAside } from './adapters/servicebus/dead-letters.ts';
import { createSendCopy } from './adapters/servicebus/send-copy.ts';
import { createDeadLetterDesk } from './app/dead-letter-desk.ts';
import { createWorkDeadLetter } from './app/work-dead-letter.ts';
import { createDeadLetterEvents } from './events.ts';
import type { SupervisorConfig } from './supervisor-config.ts';

export interface SupervisorOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
}

export async function createSupervisorService(
  config: SupervisorConfig,
  overrides: SupervisorOverrides = {},
): Promise<Service> {
  const { clock = systemClock } = overrides;
  const logger = overrides.logger ?? createLogger({ service: 'supervisor', level: config.logLevel });
  const events = createDeadLetterEvents(logger);
  await using resources = new AsyncDisposableStack();

  const clients = resources.use(createServiceClients(config, logger));
  const dependencies = httpDependencies(clients);
  const bus = resources.use(
    await connectServiceBus({
      connectionString: config.servicebusConnectionString,
      fullyQualifiedNamespace: config.servicebusNamespace,
    }),
  );
  const work = createWorkDeadLetter<BrokerDeadLetter>({
    dependencies,
    sendCopy: createSendCopy(bus, clock),
    park: createPark(bus),
    now: () => clock.now(),
    policy: config,
    events,
  });
  const { concurrency, retryDelayMs } = config;
  receiveDeadLetters(bus, { work, events, logger, clock, concurrency, retryDelayMs });
  for (const place of placesToSetAside) setAside(bus, place, logger);
  const desk = createDeadLetterDesk(openBoxes(bus, resources), dependencies.deliveries);

  const { tokenIssuer: issuer, jwksUrl } = config;
  const server = resources.use(
    createHttpServer({
      name: 'supervisor',
      host: config.host,
      port: config.port,
      logger,
      verifier: createTokenVerifier({ issuer, audience: tokenAudience, jwksUrl }),
      bodyLimitBytes: config.bodyLimitBytes,
      requestTimeoutMs: config.requestTimeoutMs,
    }),
  );
  registerDeadLetterRoutes(server, desk);
  const url = await server.listen();

  const running = resources.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
