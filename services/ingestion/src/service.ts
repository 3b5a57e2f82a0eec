import { tokenAudience } from '@dronedelivery/contracts';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { type Clock, systemClock } from '@dronedelivery/service-kit/clock';
import { createHttpServer } from '@dronedelivery/service-kit/http';
import { newId } from '@dronedelivery/service-kit/ids';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { createLogger, type Logger } from '@dronedelivery/service-kit/logger';
import { connectServiceBus } from '@dronedelivery/service-kit/servicebus';
import { registerRoutes } from './adapters/http/routes.ts';
import { createSendRequest } from './adapters/servicebus/send-request.ts';
import { createAccept } from './app/accept.ts';
import type { IngestionConfig } from './config.ts';

export interface IngestionOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
}

export async function createIngestionService(
  config: IngestionConfig,
  overrides: IngestionOverrides = {},
): Promise<Service> {
  const { clock = systemClock } = overrides;
  const logger = overrides.logger ?? createLogger({ service: 'ingestion', level: config.logLevel });
  const now = () => clock.now();
  await using resources = new AsyncDisposableStack();

  const bus = resources.use(
    await connectServiceBus({
      connectionString: config.servicebusConnectionString,
      fullyQualifiedNamespace: config.servicebusNamespace,
    }),
  );
  const accept = createAccept({ sendRequest: createSendRequest(bus, config, logger), newId, now });

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
  const url = await server.listen();

  const running = resources.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
