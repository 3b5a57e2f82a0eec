import type { DeliverySummary, Notification, TrackingEvent } from '@dronedelivery/contracts';
import type { DeliveryKey } from '../domain/delivery.ts';
import { compareCursors, cursorOf } from './cursor.ts';
import type {
  DeliveryHistory,
  DeliveryRecord,
  InFlightDeliveries,
  ListFilter,
  ListPage,
  Notifications,
  Period,
  SummaryCounts,
} from './ports.ts';

export interface QueryPorts {
  readonly inFlight: InFlightDeliveries;
  readonly history: DeliveryHistory;
  readonly notifications: Notifications;
}

/** Reads look in both stores: what has ended lies in both for some minutes, and in the history alone after that. */
export class DeliveryQueries {
  readonly #inFlight: InFlightDeliveries;
  readonly #history: DeliveryHistory;
  readonly #notifications: Notifications;

  constructor({ inFlight, history, notifications }: QueryPorts) {
    this.#inFlight = inFlight;
    this.#history = history;
    this.#notifications = notifications;
  }

  async find(key: DeliveryKey): Promise<DeliveryRecord | undefined> {
    return (await this.#inFlight.find(key)) ?? (await this.#history.find(key));
  }

  /** Up to one more than the limit is read from both, so that the caller sees whether there is a next page. */
  async list(filter: ListFilter, page: ListPage): Promise<DeliveryRecord[]> {
    // History last: what moves between the two readings is then found twice rather than not at all.
    const inFlight = await this.#inFlight.list(filter, page);
    const archived = await this.#history.list(filter, page);
    const present = new Set(inFlight.map(nameOf));
    return [...inFlight, ...archived.filter((record) => !present.has(nameOf(record)))]
      .sort((a, b) => compareCursors(cursorOf(a), cursorOf(b)))
      .slice(0, page.limit);
  }

  async history(key: DeliveryKey, afterSequence: number, limit: number): Promise<TrackingEvent[]> {
    const bySequence = new Map<number, TrackingEvent>();
    for (const store of [this.#inFlight, this.#history]) {
      for (const event of await store.trackingEvents(key, afterSequence, limit)) bySequence.set(event.sequence, event);
    }
    return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence).slice(0, limit);
  }

  async notifications(key: DeliveryKey, afterId: string, limit: number): Promise<Notification[]> {
    const archived = await this.#history.notifications(key, afterId, limit);
    const present = await this.#notifications.list(key, afterId, limit);
    const byId = new Map([...archived, ...present].map((notification) => [notification.id, notification]));
    return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
  }

  /** One that ends and is archived between the two readings counts twice for that moment. */
  async summary(businessId: string, ownerId: string, year: number, month: number): Promise<DeliverySummary> {
    const period = monthOf(year, month);
    const { counts, endedIds } = await this.#inFlight.summarize(businessId, ownerId, period);
    const archived = await this.#history.summarize(businessId, ownerId, period, endedIds);
    return { ownerId, year, month, ...sum(counts, archived) };
  }
}

function nameOf({ state }: DeliveryRecord): string {
  return `${state.businessId}/${state.id}`;
}

function monthOf(year: number, month: number): Period {
  return { fromMs: Date.UTC(year, month - 1), untilMs: Date.UTC(year, month) };
}

function sum(a: SummaryCounts, b: SummaryCounts): SummaryCounts {
  return {
    requested: a.requested + b.requested,
    completed: a.completed + b.completed,
    cancelled: a.cancelled + b.cancelled,
    failed: a.failed + b.failed,
    expedited: a.expedited + b.expedited,
    completedInTime: a.completedInTime + b.completedInTime,
  };
}
