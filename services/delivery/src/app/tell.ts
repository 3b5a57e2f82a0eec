import type { Clock } from '@dronedelivery/service-kit/clock';
import type { NotificationChannel } from '../domain/delivery.ts';
import type { DueNotification, NotificationResult, Notifications, Notify } from './ports.ts';

export interface TellPorts {
  readonly notifications: Notifications;
  readonly notify: Readonly<Record<NotificationChannel, Notify>>;
  readonly clock: Clock;
  random(): number;
}

export interface TellSettings {
  readonly batchMax: number;
  readonly attemptsMax: number;
  readonly attemptTimeoutMs: number;
  /** Doubled with each attempt. */
  readonly backoffMs: number;
  readonly backoffMsMax: number;
}

/** Delivers what is due to be told, and gives how much that was. */
export async function tellDue(ports: TellPorts, settings: TellSettings, signal: AbortSignal): Promise<number> {
  const { notifications, clock } = ports;
  // A process that dies in the middle leaves its share to the others once the lease has passed.
  const due = await notifications.claimDue(clock.now(), 2 * settings.attemptTimeoutMs, settings.batchMax);
  await Promise.all(due.map(async (one) => notifications.settle(one, await attempt(one, ports, settings, signal))));
  return due.length;
}

async function attempt(
  notification: DueNotification,
  { notify, clock, random }: TellPorts,
  settings: TellSettings,
  signal: AbortSignal,
): Promise<NotificationResult> {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(settings.attemptTimeoutMs)]);
    await notify[notification.channel](notification, limited);
    return { kind: 'sent', atMs: clock.now() };
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 500);
    if (notification.attempts >= settings.attemptsMax) return { kind: 'given-up', error: reason };
    const fullMs = Math.min(settings.backoffMs * 2 ** (notification.attempts - 1), settings.backoffMsMax);
    return { kind: 'retry', notBeforeMs: clock.now() + fullMs * (0.5 + 0.5 * random()), error: reason };
  }
}
