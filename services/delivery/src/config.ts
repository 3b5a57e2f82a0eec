import {
  boolean,
  type Environment,
  exactlyOneOf,
  integer,
  milliseconds,
  number,
  readSettings,
  type SettingsOf,
  text,
  urlList,
} from '@dronedelivery/service-kit/config';
import {
  clientSettings,
  processSettings,
  serviceBusSettings,
  storeSettings,
  verifierSettings,
} from '@dronedelivery/service-kit/settings';

const minuteMs = 60_000;

export const deliverySettings = {
  ...processSettings,
  ...verifierSettings,
  ...clientSettings,
  ...serviceBusSettings,
  ...storeSettings,
  DATA_DIR: text(),
  DRONE_SCHEDULER_URL: urlList(),
  TIME_SCALE: number({ min: 1, max: 1000 }).or(1),
  /** Wall clock; ten minutes divided by the time scale when absent. */
  CONFIRMATION_WINDOW_MS: milliseconds({ min: 100, max: 24 * 60 * minuteMs }).optional(),
  /** Wall clock; half a minute divided by the time scale, but at least three seconds, when absent. */
  SILENCE_MS: milliseconds({ min: 100, max: 60 * minuteMs }).optional(),
  /** Without a message for this long a receiver is looked after. */
  RECEIVER_SILENCE_MS: milliseconds({ min: 100, max: 10 * minuteMs }).or(minuteMs / 2),
  /** News of missions that has lain for longer on its subscription goes before new deliveries. */
  NEWS_LAG_MS_MAX: milliseconds({ min: 50, max: minuteMs }).or(500),
  LINGER_MS: milliseconds({ min: 1000, max: 24 * 60 * minuteMs }).or(10 * minuteMs),
  HISTORY_RETENTION_DAYS: integer({ min: 15, max: 10_000 }).or(400),
  WATCHERS_MAX: integer({ min: 1, max: 100_000 }).or(1000),
  WEBHOOKS_ALLOW_PRIVATE: boolean().or(false),
  WEBHOOK_TIMEOUT_MS: milliseconds({ min: 50, max: 30_000 }).or(5000),
  NOTIFY_ATTEMPTS_MAX: integer({ min: 1, max: 100 }).or(8),
  NOTIFY_BACKOFF_MS: milliseconds({ min: 1, max: 60 * minuteMs }).or(1000),
} as const;

type Settings = SettingsOf<typeof deliverySettings>;

export interface DeliveryConfig extends Settings {
  readonly confirmationWindowMs: number;
  readonly silenceMs: number;
}

/** @throws ConfigurationError */
export function readDeliveryConfig(env: Environment): DeliveryConfig {
  const rules = [exactlyOneOf(...Object.keys(serviceBusSettings))];
  const settings = readSettings(env, deliverySettings, { rules });
  const { timeScale } = settings;
  return {
    ...settings,
    confirmationWindowMs: settings.confirmationWindowMs ?? (10 * minuteMs) / timeScale,
    silenceMs: settings.silenceMs ?? Math.max(minuteMs / 2 / timeScale, 3000),
  };
}
