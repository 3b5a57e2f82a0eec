import type {
  DeliveryStage,
  DeliveryStageEvent,
  DeliverySummary,
  DroneDelivery,
  Notification,
  TrackingEvent,
} from '@dronedelivery/contracts';
import type { DeliveryKey, DeliveryState, NotificationChannel } from '../domain/delivery.ts';
import type { LivePosition, ObservedPosition } from '../domain/live-position.ts';

/** A delivery with the last that was heard of its drone. */
export interface DeliveryRecord {
  readonly state: DeliveryState;
  readonly position: LivePosition | null;
}

/** A notification to be made: with everything that is needed to deliver it. */
export interface NewNotification {
  readonly id: string;
  readonly key: DeliveryKey;
  readonly stage: DeliveryStage;
  readonly planRevision: number;
  readonly channel: NotificationChannel;
  readonly address: string;
  readonly webhookSecret: string | null;
  /** What is told, as JSON text. */
  readonly content: string;
  readonly createdAtMs: number;
}

/** Everything that one command changes: it is saved as a whole or not at all. */
export interface DeliveryChange {
  readonly changedAtMs: number;
  readonly state: DeliveryState;
  readonly tracking: readonly TrackingEvent[];
  readonly stageEvents: readonly DeliveryStageEvent[];
  readonly notifications: readonly NewNotification[];
  /** When to ask the scheduler if nothing is heard until then; null when nothing more is to be heard. */
  readonly nextCheckMs: number | null;
}

export interface Transition<R> {
  readonly result: R;
  readonly change?: DeliveryChange | undefined;
}

export interface Cursor {
  readonly createdAtMs: number;
  readonly businessId: string;
  readonly id: string;
}

export interface ListFilter {
  /** All businesses when absent. */
  readonly businessId?: string | undefined;
  readonly stage?: DeliveryStage | undefined;
  readonly ownerId?: string | undefined;
}

export interface ListPage {
  /** Only what lies behind it in the order: newest first, then by business and id, ascending. */
  readonly after?: Cursor | undefined;
  readonly limit: number;
}

export interface Period {
  readonly fromMs: number;
  readonly untilMs: number;
}

export type SummaryCounts = Omit<DeliverySummary, 'ownerId' | 'year' | 'month'>;

export interface SilenceQuery {
  readonly nowMs: number;
  readonly silenceMs: number;
  /** From 0 to 1: spreads the next checks, so that a crowd that fell silent together does not ask together for ever. */
  readonly spread: number;
  readonly limit: number;
}

export interface InFlightSummary {
  readonly counts: SummaryCounts;
  /** Ids of those counted that have ended: the history may have them already. */
  readonly endedIds: readonly string[];
}

/** Deliveries until some minutes after their end, with their history, events to send and notifications. */
export interface InFlightDeliveries {
  /** Decides on the present record and saves what was decided, atomically; `decide` may run more than once. */
  transact<R>(key: DeliveryKey, decide: (record: DeliveryRecord | undefined) => Transition<R>): Promise<R>;
  find(key: DeliveryKey): Promise<DeliveryRecord | undefined>;
  list(filter: ListFilter, page: ListPage): Promise<readonly DeliveryRecord[]>;
  /** Of what was not archived yet. */
  summarize(businessId: string, ownerId: string, period: Period): Promise<InFlightSummary>;
  trackingEvents(key: DeliveryKey, afterSequence: number, limit: number): Promise<readonly TrackingEvent[]>;
  /** All in one step; what is old, or of a mission that the delivery does not have, is left out. Tells how many were taken. */
  recordPositions(positions: readonly ObservedPosition[], heardAtMs: number): Promise<number>;
  /** Deliveries whose check is due and whose drone was not heard of either; each is handed out to one caller. */
  claimSilent(query: SilenceQuery): Promise<readonly DeliveryKey[]>;
  /**
   * After the clock was set back: what was heard later than now counts as heard now, so that it is asked about in time.
   * Tells how many deliveries that were.
   */
  forgetFuture(nowMs: number, silenceMs: number): Promise<number>;
  /** Whose proof of receipt is overdue. */
  overdueConfirmations(nowMs: number, limit: number): Promise<readonly DeliveryKey[]>;
  /** Ended, and not in the history as they are now. */
  toArchive(limit: number): Promise<readonly DeliveryRecord[]>;
  /** Says that this version is in the history. */
  markArchived(key: DeliveryKey, historySequence: number): Promise<void>;
  /** Archived ones that ended before, and have nobody left to tell. */
  expired(endedBeforeMs: number, limit: number): Promise<readonly DeliveryKey[]>;
  /** Unless it has changed since this version. */
  forget(key: DeliveryKey, historySequence: number): Promise<void>;
}

export interface ArchivedDelivery {
  readonly state: DeliveryState;
  readonly position: LivePosition | null;
  readonly tracking: readonly TrackingEvent[];
  readonly notifications: readonly Notification[];
}

/** Deliveries that have ended. */
export interface DeliveryHistory {
  /** Writes or replaces; an older version than the one kept changes nothing. */
  put(delivery: ArchivedDelivery): Promise<void>;
  find(key: DeliveryKey): Promise<DeliveryRecord | undefined>;
  list(filter: ListFilter, page: ListPage): Promise<readonly DeliveryRecord[]>;
  summarize(businessId: string, ownerId: string, period: Period, exceptIds: readonly string[]): Promise<SummaryCounts>;
  trackingEvents(key: DeliveryKey, afterSequence: number, limit: number): Promise<readonly TrackingEvent[]>;
  notifications(key: DeliveryKey, afterId: string, limit: number): Promise<readonly Notification[]>;
  /** Removes at most `limit` that ended before; tells how many. */
  purge(endedBeforeMs: number, limit: number): Promise<number>;
}

export interface DueNotification extends NewNotification {
  /** This one included. */
  readonly attempts: number;
}

export type NotificationResult =
  | { readonly kind: 'sent'; readonly atMs: number }
  | { readonly kind: 'retry'; readonly notBeforeMs: number; readonly error: string }
  | { readonly kind: 'given-up'; readonly error: string };

export interface DueQuery {
  readonly nowMs: number;
  /** Whoever was handed one has so long to settle it. */
  readonly leaseMs: number;
  readonly limit: number;
  /** How many more of a business may be handed out: one whose receivers hang must not keep all others waiting. */
  roomOf(businessId: string): number;
}

/** What is to be told, and what was told. */
export interface Notifications {
  list(key: DeliveryKey, afterId: string, limit: number): Promise<readonly Notification[]>;
  /** Hands out each due one to one caller, business after business in turn, and of each what is due for longest. */
  claimDue(query: DueQuery): Promise<readonly DueNotification[]>;
  settle(notification: DueNotification, result: NotificationResult): Promise<void>;
}

/** Delivers one notification, or throws with the reason. The id tells the receiver about repetitions. */
export type Notify = (notification: DueNotification, signal: AbortSignal) => Promise<void>;

/** Tells about every change of the watched deliveries, whichever process has made it. */
export interface DeliveryChanges {
  watch(key: DeliveryKey, onChange: () => void): Disposable;
}

/** What the scheduler knows; undefined when it does not know the delivery. */
export type AskScheduler = (key: DeliveryKey, signal: AbortSignal) => Promise<DroneDelivery | undefined>;

/** Refuses an address that must not be called, with the reason. */
export type CheckWebhook = (url: string, signal: AbortSignal) => Promise<string | undefined>;
