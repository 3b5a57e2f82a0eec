import {
  type Environment,
  milliseconds,
  number,
  readSettings,
  type SettingsOf,
  text,
  urlList,
} from '@dronedelivery/service-kit/config';
import { processSettings, verifierSettings } from '@dronedelivery/service-kit/settings';

const price = { min: 0, max: 1_000_000 } as const;

export const settings = {
  ...processSettings,
  ...verifierSettings,
  DELIVERY_URL: urlList(),
  PACKAGE_URL: urlList(),
  DRONE_SCHEDULER_URL: urlList(),
  /** For an invoice: of one attempt at one service, and of all together. */
  CALL_TIMEOUT_MS: milliseconds({ min: 10, max: 60_000 }).or(1500),
  INVOICE_TIMEOUT_MS: milliseconds({ min: 10, max: 60_000 }).or(4000),
  CURRENCY: text({ lengthMax: 3 }).or('USD'),
  PRICE_PER_DELIVERY: number(price).or(4.5),
  PRICE_PER_EXPEDITED_DELIVERY: number(price).or(2),
  PRICE_PER_KILOGRAM: number(price).or(0.3),
  PRICE_PER_MILE: number(price).or(0.75),
} as const;

export type PortalConfig = SettingsOf<typeof settings>;

export function readConfig(env: Environment): PortalConfig {
  return readSettings(env, settings);
}
