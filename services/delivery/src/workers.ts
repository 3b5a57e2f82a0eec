import type { Clock } from '@dronedelivery/service-kit/clock';
import type { Database } from '@dronedelivery/service-kit/sqlite';
import { endTopic, notificationTopic } from './adapters/sqlite/topics.ts';
import { Archive } from './app/archive.ts';
import { expireConfirmations } from './app/confirmations.ts';
import type { Execute } from './app/execute.ts';
import type { AskScheduler, DeliveryHistory, InFlightDeliveries, Notifications, Notify } from './app/ports.ts';
import { reconcileSilent } from './app/reconcile.ts';
import { Teller, type TellSettings } from './app/teller.ts';
import { Worker } from './app/worker.ts';
import type { DeliveryConfig } from './config.ts';
import type { NotificationChannel } from './domain/delivery.ts';
import type { DeliveryEvents } from './events.ts';

export interface WorkersOptions {
  readonly config: DeliveryConfig;
  readonly database: Database;
  readonly inFlight: InFlightDeliveries;
  readonly history: DeliveryHistory;
  readonly notifications: Notifications;
  readonly execute: Execute;
  readonly notify: Readonly<Record<NotificationChannel, Notify>>;
  readonly askScheduler: AskScheduler;
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether the clock can be believed when it says that a record is old. */
  readonly trustsClock: () => boolean;
  readonly events: DeliveryEvents;
}

const dayMs = 24 * 60 * 60_000;
const secondMs = 1000;
/** Calls to the scheduler in one round. */
const checksMax = 20;
const tellingsMax = 200;
/** A tenth: ten businesses with receivers that hang are needed before others wait. */
const tellingsPerBusinessMax = 20;
const backoffMsMax = 15 * 60_000;

/** What the service does without being asked. Any number of replicas may do it on one store. */
export function startWorkers(options: WorkersOptions): AsyncDisposableStack {
  const { config, database, inFlight, execute, clock, random, events, askScheduler, trustsClock } = options;
  const now = () => clock.now();
  const workers = new AsyncDisposableStack();
  const start = (name: string, intervalMs: number, run: (signal: AbortSignal) => Promise<number>) => {
    const onError = (error: unknown) => events.workFailed(name, error);
    return workers.use(new Worker({ clock, intervalMs, run, onError }));
  };
  const wakeOn = (topic: string, worker: Worker) => workers.defer(database.onChange(topic, () => worker.wake()));

  const archive = new Archive(
    { ...options, now },
    { lingerMs: config.lingerMs, retentionMs: config.historyRetentionDays * dayMs },
  );
  wakeOn(
    endTopic,
    start('archive', secondMs, () => archive.archiveEnded()),
  );
  start('forget', secondMs, () => archive.forgetExpired());
  start('purge', 60 * secondMs, async () => (trustsClock() ? archive.purgeHistory() : 0));

  start('confirmations', secondMs / 2, () => expireConfirmations(inFlight, execute, now()));

  const onError = (error: unknown) => events.workFailed('tell', error);
  const teller = workers.use(new Teller({ ...options, onRoom: () => telling.wake(), onError }, tellSettings(config)));
  const telling = start('tell', Math.min(secondMs, config.notifyBackoffMs), (signal) => teller.tellDue(signal));
  wakeOn(notificationTopic, telling);

  start('future', 60 * secondMs, async () => {
    await inFlight.forgetFuture(now(), config.silenceMs);
    return 0;
  });
  const silence = { silenceMs: config.silenceMs, batchMax: checksMax };
  start('reconcile', Math.min(secondMs, config.silenceMs / 2), async (signal) => {
    const checked = await reconcileSilent({ inFlight, execute, askScheduler, now, random }, silence, signal);
    if (checked > 0) events.silentDeliveriesChecked(checked);
    // Bounded: what is left of a crowd waits for the next round.
    return 0;
  });
  return workers;
}

function tellSettings({ notifyAttemptsMax, webhookTimeoutMs, notifyBackoffMs }: DeliveryConfig): TellSettings {
  return {
    inHandMax: tellingsMax,
    inHandPerBusinessMax: tellingsPerBusinessMax,
    attemptsMax: notifyAttemptsMax,
    attemptTimeoutMs: webhookTimeoutMs,
    backoffMs: notifyBackoffMs,
    backoffMsMax,
  };
}
