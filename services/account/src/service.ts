import { readFile } from 'node:fs/promises';
import { type Clock, systemClock } from '@dronedelivery/service-kit/clock';
import { ConfigurationError } from '@dronedelivery/service-kit/config';
import { createHttpServer } from '@dronedelivery/service-kit/http';
import { type NewId, newId } from '@dronedelivery/service-kit/ids';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { createLogger, type Logger } from '@dronedelivery/service-kit/logger';
import { createTokenBuckets } from '@dronedelivery/service-kit/token-buckets';
import { createSecrets } from './adapters/crypto/secrets.ts';
import { createTokenSigner, generateSigningKey } from './adapters/crypto/signing.ts';
import { registerRoutes } from './adapters/http/routes.ts';
import { registerTokenEndpoint } from './adapters/http/token-endpoint.ts';
import { createOwnVerifier } from './adapters/own-verifier.ts';
import { readSeeds } from './adapters/seed-file.ts';
import { openAccountDatabase, sqliteStores } from './adapters/sqlite/open-stores.ts';
import { createBusinesses } from './app/businesses.ts';
import { createClients } from './app/clients.ts';
import { issueToken } from './app/issue-token.ts';
import { type Seeds, seed } from './app/seed.ts';
import { createTokenSigning } from './app/signing-keys.ts';
import { createUsers } from './app/users.ts';
import type { AccountConfig } from './config.ts';
import { createAccountEvents } from './events.ts';

export interface AccountOverrides {
  readonly clock?: Clock;
  readonly newId?: NewId;
  readonly logger?: Logger;
}

export async function createAccountService(config: AccountConfig, overrides: AccountOverrides = {}): Promise<Service> {
  await using resources = new AsyncDisposableStack();
  const { clock = systemClock } = overrides;
  const logger = overrides.logger ?? createLogger({ service: 'account', level: config.logLevel });
  const seeds = await seedsOf(config.seedClientsFile);
  const now = () => clock.now();
  const events = createAccountEvents(logger);
  const stores = sqliteStores(resources.use(await openAccountDatabase(config.dataDir)));
  const secrets = await createSecrets({
    now,
    concurrencyMax: config.secretHashConcurrency,
    queueMax: config.secretHashQueue,
    rememberForMs: config.secretRememberMs,
  });
  const signing = createTokenSigning({
    store: stores.signingKeys,
    generate: generateSigningKey,
    signToken: createTokenSigner(config.tokenIssuer, config.tokenLifetimeS),
    now,
    tokenLifetimeMs: config.tokenLifetimeS * 1000,
    publishAheadMs: config.keyPublishAheadMs,
    events,
  });
  const needs = { ...stores, secrets, events, now, newId: overrides.newId ?? newId, ...config };
  const accounts = {
    businesses: createBusinesses({ ...needs, pendingMax: config.pendingBusinessesMax }),
    users: createUsers(needs),
    clients: createClients(needs),
    signing,
  };
  await signing.ensureKey();
  await seed(needs, seeds);

  const server = resources.use(
    createHttpServer({
      name: 'account',
      host: config.host,
      port: config.port,
      logger,
      verifier: createOwnVerifier(config.tokenIssuer, signing.publicKeys, clock),
      bodyLimitBytes: config.bodyLimitBytes,
      requestTimeoutMs: config.requestTimeoutMs,
    }),
  );
  registerTokenEndpoint(server, (asked) => issueToken({ ...needs, signing }, asked), config.tokenLifetimeS);
  registerRoutes(server, {
    accounts,
    takeRegistration: createTokenBuckets(registrationLimits(config), now),
    trustedProxies: config.trustedProxies,
    jwksMaxAgeS: config.jwksMaxAgeS,
  });
  const url = await server.listen();
  const owned = resources.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const registrantsMax = 10_000;

function registrationLimits({ registrationBurst: burst, registrationIntervalMs }: AccountConfig) {
  return { ratePerS: 1000 / registrationIntervalMs, burst, callersMax: registrantsMax };
}

/** @throws ConfigurationError with everything that is wrong with the file. */
async function seedsOf(file: string | undefined): Promise<Seeds> {
  if (file === undefined) return { clients: [] };
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigurationError([`SEED_CLIENTS_FILE: ${file} cannot be read (${error.code})`]);
  });
  const read = readSeeds(text);
  if ('seeds' in read) return read.seeds;
  throw new ConfigurationError(read.problems.map((problem) => `SEED_CLIENTS_FILE: ${problem}`));
}
