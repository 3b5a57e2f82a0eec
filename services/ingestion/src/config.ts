import {
  type Environment,
  exactlyOneOf,
  integer,
  milliseconds,
  readSettings,
  type SettingsOf,
} from '@dronedelivery/service-kit/config';
import { processSettings, serviceBusSettings, verifierSettings } from '@dronedelivery/service-kit/settings';

export const settings = {
  ...processSettings,
  ...verifierSettings,
  ...serviceBusSettings,
  /** The client has its answer within two seconds; what is left of them goes on the way. */
  SEND_TIMEOUT_MS: milliseconds({ min: 50, max: 10_000 }).or(1700),
  /** Requests on their way to the broker at once; one more is turned away. */
  SENDS_IN_FLIGHT_MAX: integer({ min: 1, max: 100_000 }).or(2000),
} as const;

export type IngestionConfig = SettingsOf<typeof settings>;

export function readConfig(env: Environment): IngestionConfig {
  return readSettings(env, settings, { rules: [exactlyOneOf(...Object.keys(serviceBusSettings))] });
}
