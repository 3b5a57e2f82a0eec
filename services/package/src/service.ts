import path from 'node:path';
import { tokenAudience } from '@dronedelivery/contracts';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { type Clock, systemClock } from '@dronedelivery/service-kit/clock';
import { createHttpServer } from '@dronedelivery/service-kit/http';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { createLogger, type Logger } from '@dronedelivery/service-kit/logger';
import { openDatabase } from '@dronedelivery/service-kit/sqlite';
import { registerPackageRoutes } from './adapters/http/routes.ts';
import { createSqlitePackageStore } from './adapters/sqlite/package-store.ts';
import { packageSchema } from './adapters/sqlite/schema.ts';
import { Packages } from './app/packages.ts';
import type { PackageConfig } from './config.ts';

export interface PackageOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
}

export async function createPackageService(config: PackageConfig, overrides: PackageOverrides = {}): Promise<Service> {
  const { clock = systemClock, logger = createLogger({ service: 'package', level: config.logLevel }) } = overrides;
  await using resources = new AsyncDisposableStack();

  const database = resources.use(
    await openDatabase({
      file: path.join(config.dataDir, 'package.db'),
      migrations: [packageSchema],
      bytesMax: config.storeBytesMax,
      logger,
    }),
  );
  const packages = new Packages(createSqlitePackageStore(database), () => clock.now());

  const server = resources.use(
    createHttpServer({
      name: 'package',
      host: config.host,
      port: config.port,
      logger,
      verifier: createTokenVerifier({ issuer: config.tokenIssuer, audience: tokenAudience, jwksUrl: config.jwksUrl }),
      bodyLimitBytes: config.bodyLimitBytes,
      requestTimeoutMs: config.requestTimeoutMs,
    }),
  );
  registerPackageRoutes(server, packages);
  const url = await server.listen();

  const running = resources.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
