import {
  type Environment,
  integer,
  milliseconds,
  readSettings,
  type SettingsOf,
  urlList,
} from '@dronedelivery/service-kit/config';
import { processSettings, verifierSettings } from '@dronedelivery/service-kit/settings';

const { REQUEST_TIMEOUT_MS: _, ...ownProcessSettings } = processSettings;

export const settings = {
  ...ownProcessSettings,
  ...verifierSettings,
  ACCOUNT_URL: urlList(),
  INGESTION_URL: urlList(),
  SUPERVISOR_URL: urlList(),
  PACKAGE_URL: urlList(),
  DELIVERY_URL: urlList(),
  DRONE_SCHEDULER_URL: urlList(),
  PORTAL_URL: urlList(),
  /** To receive a whole request. */
  RECEIVE_TIMEOUT_MS: milliseconds({ min: 100, max: 300_000 }).or(15_000),
  /** For a client to take a whole answer, or what waits of a stream. */
  SEND_TIMEOUT_MS: milliseconds({ min: 100, max: 600_000 }).or(30_000),
  /** Of one business, or of a client that belongs to none. */
  RATE_PER_S: integer({ min: 1, max: 1_000_000 }).or(500),
  RATE_BURST: integer({ min: 1, max: 1_000_000 }).or(1000),
  /** Of one address without a valid token. */
  ANONYMOUS_RATE_PER_S: integer({ min: 1, max: 1_000_000 }).or(50),
  ANONYMOUS_BURST: integer({ min: 1, max: 1_000_000 }).or(200),
  RATE_CALLERS_MAX: integer({ min: 100, max: 10_000_000 }).or(100_000),
  REQUESTS_IN_FLIGHT_MAX: integer({ min: 1, max: 100_000 }).or(2000),
  /** Of one business, or of a client that belongs to none, or of an address without a token. */
  REQUESTS_PER_CALLER_MAX: integer({ min: 1, max: 100_000 }).or(500),
  STREAMS_MAX: integer({ min: 1, max: 100_000 }).or(5000),
  /** Of one business, or of a client that belongs to none. */
  STREAMS_PER_CALLER_MAX: integer({ min: 1, max: 100_000 }).or(200),
  /** Of answers that clients have not taken yet; short ones are bounded by their number. */
  UNSENT_BYTES_MAX: integer({ min: 1_000_000, max: 2 ** 40 }).or(128 * 1024 * 1024),
  /** Of one business, or of a client that belongs to none, or of an address without a token. */
  UNSENT_BYTES_PER_CALLER_MAX: integer({ min: 1_000_000, max: 2 ** 40 }).or(16 * 1024 * 1024),
  CONNECTIONS_MAX: integer({ min: 1, max: 1_000_000 }).or(20_000),
  HEADER_BYTES_MAX: integer({ min: 1024, max: 65_536 }).or(16_384),
  URI_LENGTH_MAX: integer({ min: 256, max: 16_384 }).or(4096),
  /** Without a byte in either direction; more than the pause between two heartbeats of a stream. */
  IDLE_TIMEOUT_MS: milliseconds({ min: 1000, max: 600_000 }).or(75_000),
  UPSTREAM_CONNECT_TIMEOUT_MS: milliseconds({ min: 10, max: 60_000 }).or(1000),
  /** From the request, whole, to the end of its answer, or to the beginning of a stream. */
  UPSTREAM_TIMEOUT_MS: milliseconds({ min: 10, max: 300_000 }).or(10_000),
  /** To each replica. */
  UPSTREAM_CONNECTIONS_MAX: integer({ min: 1, max: 10_000 }).or(128),
  /** More than any operation answers. */
  ANSWER_BYTES_MAX: integer({ min: 65_536, max: 2 ** 30 }).or(8 * 1024 * 1024),
} as const;

export type EdgeConfig = SettingsOf<typeof settings>;

export function readConfig(env: Environment): EdgeConfig {
  return readSettings(env, settings);
}
