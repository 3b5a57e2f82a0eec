import { BlockList, isIP } from 'node:net';
import {
  boolean,
  type Environment,
  integer,
  milliseconds,
  readSettings,
  Setting,
  type SettingsOf,
  text,
} from '@dronedelivery/service-kit/config';
import { processSettings, storeSettings } from '@dronedelivery/service-kit/settings';

export const settings = {
  ...processSettings,
  ...storeSettings,
  DATA_DIR: text(),
  TOKEN_ISSUER: text({ lengthMax: 500 }),
  /** Also how long a revoked client or a suspended business may go on. */
  TOKEN_LIFETIME_S: integer({ min: 60, max: 86_400 }).or(600),
  /** How long verifiers may keep a key set. */
  JWKS_MAX_AGE_S: integer({ min: 0, max: 3600 }).or(60),
  /** How long a new key is published before it signs: longer than verifiers keep a key set. */
  KEY_PUBLISH_AHEAD_MS: milliseconds({ min: 0, max: 86_400_000 }).or(120_000),
  /** JSON file of businesses and clients that are there from the start. */
  SEED_CLIENTS_FILE: text().optional(),
  /** A registered business needs no operator to become active: for local use. */
  ACTIVATE_AT_ONCE: boolean().or(false),
  PENDING_BUSINESSES_MAX: integer({ min: 1, max: 1_000_000 }).or(10_000),
  /** Registrations from one address: in a row, and one more after each pause. */
  REGISTRATION_BURST: integer({ min: 1, max: 100_000 }).or(20),
  REGISTRATION_INTERVAL_MS: milliseconds({ min: 1, max: 3_600_000 }).or(10_000),
  /** Addresses and networks whose `X-Forwarded-For` is believed, separated by commas. */
  TRUSTED_PROXIES: networks().or(loopback()),
  USERS_MAX: integer({ min: 1, max: 1_000_000 }).or(10_000),
  CLIENTS_MAX: integer({ min: 1, max: 100_000 }).or(100),
  /** Slow hashes at once, and how many may wait for their turn. */
  SECRET_HASH_CONCURRENCY: integer({ min: 1, max: 64 }).or(2),
  SECRET_HASH_QUEUE: integer({ min: 0, max: 100_000 }).or(200),
  /** How long a secret that was proved need not be hashed again. */
  SECRET_REMEMBER_MS: milliseconds({ min: 0, max: 3_600_000 }).or(300_000),
} as const;

export type AccountConfig = SettingsOf<typeof settings>;

export function readConfig(env: Environment): AccountConfig {
  return readSettings(env, settings);
}

function networks(): Setting<BlockList> {
  return new Setting<BlockList>({
    expected: 'a comma-separated list of addresses and networks, such as 10.0.0.0/8',
    parse: parseNetworks,
  });
}

function parseNetworks(text: string): BlockList | undefined {
  const list = new BlockList();
  for (const entry of text.split(',')) {
    const [address = '', prefix] = entry.trim().split('/');
    const version = isIP(address);
    const bits = version === 6 ? 128 : 32;
    const length = prefix === undefined ? bits : Number(prefix);
    if (version === 0 || prefix === '' || !Number.isInteger(length) || length < 0 || length > bits) return undefined;
    list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

function loopback(): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8);
  list.addAddress('::1', 'ipv6');
  return list;
}
