import {
  type Environment,
  exactlyOneOf,
  integer,
  milliseconds,
  readSettings,
  type SettingsOf,
  urlList,
} from '@dronedelivery/service-kit/config';
import { clientSettings, processSettings, serviceBusSettings } from '@dronedelivery/service-kit/settings';
import type { SagaPolicy } from './domain/policy.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Of workflow and supervisor: whom they call, and how hard they try. */
export const dependencySettings = {
  DELIVERY_URL: urlList(),
  PACKAGE_URL: urlList(),
  DRONE_SCHEDULER_URL: urlList(),
  CALL_TIMEOUT_MS: milliseconds({ min: 50, max: 30_000 }).or(3000),
  CALL_RETRIES: integer({ min: 0, max: 5 }).or(2),
  /** Calls of one dependency at once, and those that wait for their turn. */
  CALLS_IN_FLIGHT_MAX: integer({ min: 1, max: 10_000 }).or(64),
  CALLS_WAITING_MAX: integer({ min: 0, max: 100_000 }).or(512),
  BREAKER_OPEN_MS: milliseconds({ min: 100, max: 30_000 }).or(5000),
} as const;

const settings = {
  ...processSettings,
  ...clientSettings,
  ...serviceBusSettings,
  ...dependencySettings,
  /** Messages that are handled at once. */
  CONCURRENCY: integer({ min: 1, max: 1000 }).or(128),
  /** Without a message for this long the receiver is looked after. */
  SILENCE_MS: milliseconds({ min: 100, max: 600_000 }).or(30_000),
  /** How long a stop waits for the messages in hand. */
  DRAIN_LIMIT_MS: milliseconds({ min: 0, max: 60_000 }).or(5000),
  ASSIGN_AHEAD_MS: milliseconds({ min: 0, max: dayMs }).or(15 * minuteMs),
  NO_DRONE_DELAY_FIRST_MS: milliseconds({ min: 10, max: minuteMs }).or(2000),
  NO_DRONE_DELAY_MAX_MS: milliseconds({ min: 10, max: 10 * minuteMs }).or(minuteMs),
  TRANSIENT_DELAY_FIRST_MS: milliseconds({ min: 10, max: minuteMs }).or(2000),
  TRANSIENT_DELAY_MAX_MS: milliseconds({ min: 10, max: 10 * minuteMs }).or(minuteMs),
  TRANSIENT_TRIES_MAX: integer({ min: 1, max: 100_000 }).or(1440),
  BEFORE_CREATE_DELAY_MS: milliseconds({ min: 10, max: minuteMs }).or(6000),
  BEFORE_CREATE_TRIES_MAX: integer({ min: 1, max: 1000 }).or(20),
  RELEASE_PENDING_DELAY_MS: milliseconds({ min: 10, max: 10 * minuteMs }).or(10_000),
  DEADLINE_GRACE_MS: milliseconds({ min: 0, max: dayMs }).or(minuteMs),
  /** A pickup may lie 6 days ahead, its deadline 7; released reservations are remembered for 14. */
  REQUEST_AGE_MAX_MS: milliseconds({ min: 1, max: 13 * dayMs }).or(8 * dayMs),
} as const;

export type WorkflowConfig = SettingsOf<typeof settings>;

export function readConfig(env: Environment): WorkflowConfig {
  return readSettings(env, settings, { rules: [exactlyOneOf(...Object.keys(serviceBusSettings))] });
}

export function policyOf(config: WorkflowConfig): SagaPolicy {
  return {
    assignAheadMs: config.assignAheadMs,
    noDroneDelay: { firstMs: config.noDroneDelayFirstMs, maxMs: config.noDroneDelayMaxMs },
    transientDelay: { firstMs: config.transientDelayFirstMs, maxMs: config.transientDelayMaxMs },
    beforeCreateDelayMs: config.beforeCreateDelayMs,
    beforeCreateTriesMax: config.beforeCreateTriesMax,
    releasePendingDelayMs: config.releasePendingDelayMs,
    deadlineGraceMs: config.deadlineGraceMs,
    transientTriesMax: config.transientTriesMax,
    ageMaxMs: config.requestAgeMaxMs,
  };
}
