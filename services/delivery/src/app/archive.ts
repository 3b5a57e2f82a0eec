import type { Notification, TrackingEvent } from '@dronedelivery/contracts';
import type { DeliveryKey } from '../domain/delivery.ts';
import type { DeliveryHistory, DeliveryRecord, InFlightDeliveries, Notifications } from './ports.ts';

export interface ArchivePorts {
  readonly inFlight: InFlightDeliveries;
  readonly history: DeliveryHistory;
  readonly notifications: Notifications;
  now(): number;
}

export interface ArchiveSettings {
  /** How long an ended delivery stays among those in flight. */
  readonly lingerMs: number;
  /** How long it stays in the history. */
  readonly retentionMs: number;
}

const batchMax = 100;
const tracesPageMax = 500;

/** Moves what has ended to the history: written there first, forgotten here later. Repeating any step does no harm. */
export class Archive {
  readonly #ports: ArchivePorts;
  readonly #settings: ArchiveSettings;

  constructor(ports: ArchivePorts, settings: ArchiveSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Tells how many were moved; as many as fit one batch mean that there may be more. */
  async archiveEnded(): Promise<number> {
    const ended = await this.#ports.inFlight.toArchive(batchMax);
    await Promise.all(ended.map((record) => this.#archive(record)));
    return ended.length;
  }

  async forgetExpired(): Promise<number> {
    const keys = await this.#ports.inFlight.expired(this.#ports.now() - this.#settings.lingerMs, batchMax);
    await Promise.all(keys.map((key) => this.#forget(key)));
    return keys.length;
  }

  purgeHistory(): Promise<number> {
    return this.#ports.history.purge(this.#ports.now() - this.#settings.retentionMs, batchMax);
  }

  async #archive(record: DeliveryRecord): Promise<void> {
    await this.#write(record);
    await this.#ports.inFlight.markArchived(record.state, record.state.historySequence);
  }

  /** Once more into the history: its notifications have got their final states by now. */
  async #forget(key: DeliveryKey): Promise<void> {
    const record = await this.#ports.inFlight.find(key);
    if (record === undefined) return;
    await this.#write(record);
    await this.#ports.inFlight.forget(key, record.state.historySequence);
  }

  async #write({ state, position }: DeliveryRecord): Promise<void> {
    const { inFlight, history, notifications } = this.#ports;
    const tracking = await allTracking(inFlight, state);
    await history.put({ state, position, tracking, notifications: await allNotifications(notifications, state) });
  }
}

async function allTracking(inFlight: InFlightDeliveries, key: DeliveryKey): Promise<TrackingEvent[]> {
  const events: TrackingEvent[] = [];
  for (;;) {
    const page = await inFlight.trackingEvents(key, events.at(-1)?.sequence ?? 0, tracesPageMax);
    events.push(...page);
    if (page.length < tracesPageMax) return events;
  }
}

async function allNotifications(notifications: Notifications, key: DeliveryKey): Promise<Notification[]> {
  const all: Notification[] = [];
  for (;;) {
    const page = await notifications.list(key, all.at(-1)?.id ?? '', tracesPageMax);
    all.push(...page);
    if (page.length < tracesPageMax) return all;
  }
}
