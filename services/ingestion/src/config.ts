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
  /** Requests that wait on the queue at once: some ten seconds' work. */
  WAITING_MAX: integer({ min: 1, max: 10_000_000 }).or(8000),
  WAITING_PER_BUSINESS_MAX: integer({ min: 1, max: 10_000_000 }).or(6000),
  /** Messages that all consumers together may have in hand: these do not wait any more. */
  IN_HAND_MAX: integer({ min: 0, max: 1_000_000 }).or(256),
  /** A broker that is not there must not keep a process from answering for longer. */
  FIRST_LOOK_TIMEOUT_MS: milliseconds({ min: 0, max: 60_000 }).or(1000),
  LOOK_INTERVAL_MS: milliseconds({ min: 10, max: 10_000 }).or(250),
  /** Without a look at the queue for so long nobody is refused for what waits on it. */
  BLIND_AFTER_MS: milliseconds({ min: 100, max: 600_000 }).or(10_000),
} as const;

export type IngestionConfig = SettingsOf<typeof settings>;

export function readConfig(env: Environment): IngestionConfig {
  return readSettings(env, settings, { rules: [exactlyOneOf(...Object.keys(serviceBusSettings))] });
}
