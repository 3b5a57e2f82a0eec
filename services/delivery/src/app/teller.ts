import type { Clock } from '@dronedelivery/service-kit/clock';
import type { NotificationChannel } from '../domain/delivery.ts';
import type { DueNotification, NotificationResult, Notifications, Notify } from './ports.ts';

export interface TellPorts {
  readonly notifications: Notifications;
  readonly notify: Readonly<Record<NotificationChannel, Notify>>;
  readonly clock: Clock;
  random(): number;
  /** Called when a business that had as many attempts under way as it may has one less. */
  onRoom(): void;
  onError(error: unknown): void;
}

export interface TellSettings {
  /** Attempts under way at once. */
  readonly inHandMax: number;
  readonly inHandPerBusinessMax: number;
  readonly attemptsMax: number;
  readonly attemptTimeoutMs: number;
  /** Doubled with each attempt. */
  readonly backoffMs: number;
  readonly backoffMsMax: number;
}

/**
 * Delivers what is due to be told. A slow receiver keeps nobody waiting but its own notification, and a business whose
 * receivers are all slow nobody but itself.
 */
export class Teller implements AsyncDisposable {
  readonly #ports: TellPorts;
  readonly #settings: TellSettings;
  readonly #inHand = new Set<Promise<void>>();
  readonly #inHandOf = new Map<string, number>();

  constructor(ports: TellPorts, settings: TellSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Begins as many as may be in hand, and gives how many that were. */
  async tellDue(signal: AbortSignal): Promise<number> {
    const { inHandMax, inHandPerBusinessMax, attemptTimeoutMs } = this.#settings;
    if (this.#inHand.size >= inHandMax) await Promise.race(this.#inHand);
    const { notifications, clock } = this.#ports;
    const due = await notifications.claimDue({
      nowMs: clock.now(),
      // A process that dies in the middle leaves its share to the others once the lease has passed.
      leaseMs: 2 * attemptTimeoutMs,
      limit: inHandMax - this.#inHand.size,
      roomOf: (businessId) => inHandPerBusinessMax - (this.#inHandOf.get(businessId) ?? 0),
    });
    for (const one of due) this.#begin(one, signal);
    return due.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#inHand);
  }

  #begin(notification: DueNotification, signal: AbortSignal): void {
    const { businessId } = notification.key;
    this.#inHandOf.set(businessId, (this.#inHandOf.get(businessId) ?? 0) + 1);
    const telling = attempt(notification, this.#ports, this.#settings, signal)
      .then((result) => this.#ports.notifications.settle(notification, result))
      // What could not be settled is due again when its lease has passed.
      .catch((error: unknown) => this.#ports.onError(error))
      .finally(() => {
        this.#inHand.delete(telling);
        this.#end(businessId);
      });
    this.#inHand.add(telling);
  }

  #end(businessId: string): void {
    const before = this.#inHandOf.get(businessId) ?? 1;
    if (before === 1) this.#inHandOf.delete(businessId);
    else this.#inHandOf.set(businessId, before - 1);
    if (before >= this.#settings.inHandPerBusinessMax) this.#ports.onRoom();
  }
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
