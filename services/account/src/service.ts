import { type Clock, systemClock } from '@dronedelivery/service-kit/clock';
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
import { loadSeeds } from './adapters/seed-file.ts';
import { openAccountDatabase, type Stores, sqliteStores } from './adapters/sqlite/open-stores.ts';
import { createBusinesses } from './app/businesses.ts';
import { createClients } from './app/clients.ts';
import { issueToken, type TokenAsked } from './app/issue-token.ts';
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
  const seeds = await loadSeeds(config.seedClientsFile);
  const stores = sqliteStores(
    resources.use(await openAccountDatabase(config.dataDir, { bytesMax: config.storeBytesMax, logger })),
  );
  const useCases = await createUseCases(config, stores, { clock, newId, ...overrides, logger });
  await useCases.signing.ensureKey();
  await useCases.seed(seeds);

  const server = resources.use(
    createHttpServer({
      name: 'account',
      host: config.host,
      port: config.port,
      logger,
      verifier: createOwnVerifier(config.tokenIssuer, useCases.signing.publicKeys, clock),
      bodyLimitBytes: config.bodyLimitBytes,
      requestTimeoutMs: config.requestTimeoutMs,
    }),
  );
  registerTokenEndpoint(server, useCases.issueToken, config.tokenLifetimeS);
  registerRoutes(server, {
    accounts: useCases,
    takeRegistration: createTokenBuckets(registrationLimits(config), () => clock.now()),
    trustedProxies: config.trustedProxies,
    jwksMaxAgeS: config.jwksMaxAgeS,
  });
  const url = await server.listen();
  const owned = resources.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function createUseCases(
  config: AccountConfig,
  stores: Stores,
  { clock, newId, logger }: Required<AccountOverrides>,
) {
  const now = () => clock.now();
  const events = createAccountEvents(logger);
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
  const needs = { ...stores, ...config, secrets, signing, events, now, newId };
  return {
    businesses: createBusinesses({ ...needs, pendingMax: config.pendingBusinessesMax }),
    users: createUsers(needs),
    clients: createClients(needs),
    signing,
    issueToken: (asked: TokenAsked) => issueToken(needs, asked),
    seed: (seeds: Seeds) => seed(needs, seeds),
  };
}

const registrantsMax = 10_000;

function registrationLimits({ registrationBurst: burst, registrationIntervalMs }: AccountConfig) {
  return { ratePerS: 1000 / registrationIntervalMs, burst, callersMax: registrantsMax };
}
