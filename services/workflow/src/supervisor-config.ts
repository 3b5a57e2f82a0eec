import {
  type Environment,
  exactlyOneOf,
  integer,
  milliseconds,
  readSettings,
  type SettingsOf,
} from '@dronedelivery/service-kit/config';
import {
  clientSettings,
  processSettings,
  serviceBusSettings,
  verifierSettings,
} from '@dronedelivery/service-kit/settings';
import { dependencySettings } from './config.ts';

const settings = {
  ...processSettings,
  ...verifierSettings,
  ...clientSettings,
  ...serviceBusSettings,
  ...dependencySettings,
  /** Dead letters that are worked at once. */
  CONCURRENCY: integer({ min: 1, max: 100 }).or(8),
  RESUBMISSIONS_MAX: integer({ min: 0, max: 10 }).or(3),
  RESUBMISSION_DELAY_MS: milliseconds({ min: 10, max: 3_600_000 }).or(60_000),
  /** A letter that nothing could be done about is looked at again after this. */
  RETRY_DELAY_MS: milliseconds({ min: 10, max: 30_000 }).or(5000),
} as const;

export type SupervisorConfig = SettingsOf<typeof settings>;

export function readSupervisorConfig(env: Environment): SupervisorConfig {
  return readSettings(env, settings, { rules: [exactlyOneOf(...Object.keys(serviceBusSettings))] });
}
