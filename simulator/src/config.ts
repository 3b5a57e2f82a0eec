import { telemetryBatchMax } from '@dronedelivery/contracts';
import type { Position } from '@dronedelivery/geo';
import {
  type Environment,
  integer,
  milliseconds,
  number,
  oneOf,
  readSettings,
  Setting,
  type SettingsOf,
  urlList,
} from '@dronedelivery/service-kit/config';
import { clientSettings, processSettings } from '@dronedelivery/service-kit/settings';

export const settings = {
  ...processSettings,
  ...clientSettings,
  /** Whoever reaches the control endpoint may let drones crash. */
  HOST: oneOf('127.0.0.1', '::1', 'localhost').or('127.0.0.1'),
  DRONE_SCHEDULER_URL: urlList(),
  TIME_SCALE: number({ min: 1, max: 1000 }).or(1),
  /** Drones to register; those that the scheduler knows besides are flown as well. */
  DRONES: integer({ min: 0, max: 100_000 }).or(20),
  SEED: integer({ min: 0, max: 2 ** 32 - 1 }).or(1),
  STATION_CENTER: center().or({ latitude: 47.6062, longitude: -122.3321 }),
  TELEMETRY_BATCH_MAX: integer({ min: 1, max: telemetryBatchMax }).or(200),
  TELEMETRY_CONCURRENT_MAX: integer({ min: 1, max: 64 }).or(4),
  TELEMETRY_TIMEOUT_MS: milliseconds({ min: 50, max: 60_000 }).or(3_000),
  TICK_MS: milliseconds({ min: 10, max: 1_000 }).or(100),
  /** How often drones that others have registered are looked for. */
  FLEET_REFRESH_MS: milliseconds({ min: 100, max: 3_600_000 }).or(30_000),
} as const;

export type SimulatorConfig = SettingsOf<typeof settings>;

export function readConfig(env: Environment): SimulatorConfig {
  return readSettings(env, settings);
}

const centerText = /^(-?\d{1,2}(?:\.\d{1,10})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,10})?)$/;

function center(): Setting<Position> {
  return new Setting<Position>({
    expected: 'a latitude and a longitude in degrees, such as 47.6062,-122.3321',
    parse: (text) => {
      const [, latitude, longitude] = (centerText.exec(text) ?? []).map(Number);
      if (latitude === undefined || longitude === undefined) return undefined;
      return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
    },
  });
}
