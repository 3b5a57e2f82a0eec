import { integer, milliseconds, oneOf, port, secret, text, url } from './config.ts';

/** Of every process: where it listens, how it logs, how it stops. */
export const processSettings = {
  PORT: port().or(0),
  HOST: text({ lengthMax: 253 }).or('127.0.0.1'),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').or('info'),
  BODY_LIMIT_BYTES: integer({ min: 1024, max: 16 * 1024 * 1024 }).or(1024 * 1024),
  REQUEST_TIMEOUT_MS: milliseconds({ min: 100, max: 300_000 }).or(15_000),
} as const;

/** Of everybody who keeps a store of its own: how far it may grow. */
export const storeSettings = {
  STORE_BYTES_MAX: integer({ min: 1024 * 1024, max: 2 ** 44 }).or(64 * 1024 ** 3),
} as const;

/** Of everybody who verifies access tokens. */
export const verifierSettings = { TOKEN_ISSUER: text({ lengthMax: 500 }), JWKS_URL: url() } as const;

/** Of everybody who calls other services. */
export const clientSettings = {
  TOKEN_URL: url(),
  CLIENT_ID: text({ lengthMax: 128 }),
  CLIENT_SECRET: secret(),
} as const;

/** Of everybody who sends or receives messages; combine with `exactlyOneOf(...Object.keys(serviceBusSettings))`. */
export const serviceBusSettings = {
  SERVICEBUS_CONNECTION_STRING: secret().optional(),
  SERVICEBUS_NAMESPACE: text({ lengthMax: 253 }).optional(),
} as const;
