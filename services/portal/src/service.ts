import path from 'node:path';
import { tokenAudience } from '@dronedelivery/contracts';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { createHttpServer } from '@dronedelivery/service-kit/http';
import { createServiceClient } from '@dronedelivery/service-kit/http-client';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { createLogger, type Logger } from '@dronedelivery/service-kit/logger';
import { registerInvoice } from './adapters/http/invoice-route.ts';
import { registerPage } from './adapters/http/page-files.ts';
import { createMonthReaders } from './adapters/upstream/month-readers.ts';
import type { PortalConfig } from './config.ts';

export interface PortalOverrides {
  readonly logger?: Logger;
}

const attemptsMax = 2;

export async function createPortalService(config: PortalConfig, overrides: PortalOverrides = {}): Promise<Service> {
  await using resources = new AsyncDisposableStack();
  const logger = overrides.logger ?? createLogger({ service: 'portal', level: config.logLevel });
  const clientOf = (name: string, baseUrls: readonly string[]) =>
    resources.use(createServiceClient({ name, baseUrls, attemptsMax, logger, timeoutMs: config.callTimeoutMs }));
  const readers = createMonthReaders({
    delivery: clientOf('delivery', config.deliveryUrl),
    package: clientOf('package', config.packageUrl),
    droneScheduler: clientOf('drone-scheduler', config.droneSchedulerUrl),
  });
  const server = resources.use(
    createHttpServer({
      name: 'portal',
      host: config.host,
      port: config.port,
      logger,
      verifier: createTokenVerifier({
        issuer: config.tokenIssuer,
        audience: tokenAudience,
        jwksUrl: config.jwksUrl,
      }),
      bodyLimitBytes: config.bodyLimitBytes,
      requestTimeoutMs: config.requestTimeoutMs,
    }),
  );
  const tariff = {
    currency: config.currency,
    perDelivery: config.pricePerDelivery,
    perExpeditedDelivery: config.pricePerExpeditedDelivery,
    perKilogram: config.pricePerKilogram,
    perMile: config.pricePerMile,
  };
  registerInvoice(server, readers, tariff, config.invoiceTimeoutMs);
  registerPage(server, path.join(import.meta.dirname, 'page'));
  const url = await server.listen();
  const owned = resources.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
