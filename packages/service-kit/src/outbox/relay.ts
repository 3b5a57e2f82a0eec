import { type Clock, pause, systemClock } from '../clock.ts';
import { newId } from '../ids.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../sqlite.ts';
import {
  deleteEntries,
  dueEntries,
  type OutboxMessage,
  outboxTopic,
  type PendingEntry,
  refuseEntry,
  releaseLease,
  takeLease,
} from './table.ts';

export interface OutboxRelayOptions {
  readonly database: Database;
  /**
   * Resolves once the broker has accepted all of them, which are for one entity and in order. An error whose `isFinal` is true
   * means that a message can never be sent.
   */
  readonly send: (entity: string, messages: readonly OutboxMessage[]) => Promise<void>;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly batchMax?: number;
  /** How often entries of other processes, and those with a `notBeforeMs`, are looked for. */
  readonly pollMs?: number;
  /** For how long one relay keeps the others of the same file away; renewed with every batch. */
  readonly leaseMs?: number;
  readonly backoffMsMax?: number;
}

export interface OutboxLag {
  readonly entries: number;
  readonly oldestAgeMs: number;
}

export interface OutboxRelay extends AsyncDisposable {
  /** Entries that are due and not sent, whoever has to send them. */
  lag(): OutboxLag;
  close(): Promise<void>;
}

/**
 * Sends what was committed to the outbox, in order, at least once: an entry goes away only after the broker has
 * accepted it. Of several processes on one file a lease lets one send; the next takes over when it stops or dies.
 */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  return new Relay(options);
}

class Relay implements OutboxRelay {
  readonly #options: OutboxRelayOptions;
  readonly #clock: Clock;
  readonly #holder = newId();
  readonly #stopping = new AbortController();
  readonly #unsubscribe: () => void;
  readonly #running: Promise<void>;
  #wake: () => void = () => undefined;
  #isWoken = false;
  #failures = 0;
  #leaseUntilMs = 0;

  constructor(options: OutboxRelayOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#unsubscribe = options.database.onChange(outboxTopic, () => {
      this.#isWoken = true;
      this.#wake();
    });
    this.#running = this.#run();
  }

  lag(): OutboxLag {
    const now = this.#clock.now();
    const row = this.#options.database.read((sql) =>
      sql.get<{ readonly entries: number; readonly oldest: number | null }>(
        `SELECT count(*) AS entries, min(max(created_at_ms, not_before_ms)) AS oldest FROM outbox
         WHERE refused IS NULL AND not_before_ms <= ?`,
        now,
      ),
    );
    return { entries: row?.entries ?? 0, oldestAgeMs: Math.max(0, now - (row?.oldest ?? now)) };
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#isWoken = false;
      const outcome = await this.#sendDue().catch((error: unknown) => this.#failed(error));
      if (outcome === 'more' || signal.aborted) continue;
      await this.#idle(outcome === 'failed' ? this.#backoffMs() : (this.#options.pollMs ?? 100), outcome === 'done');
    }
    await this.#options.database.write((sql) => releaseLease(sql, this.#holder)).catch(() => undefined);
  }

  /** `done`: nothing is due, or another relay has the lease. */
  async #sendDue(): Promise<'more' | 'done'> {
    const { database, batchMax = 200 } = this.#options;
    const now = this.#clock.now();
    if (database.read((sql) => dueEntries(sql, now, 1)).length === 0) return 'done';
    if (!(await this.#holdsLease(now))) return 'done';
    const due = database.read((sql) => dueEntries(sql, now, batchMax));
    for (const group of byEntity(due)) await this.#sendGroup(group);
    this.#failures = 0;
    return due.length === batchMax || this.#isWoken ? 'more' : 'done';
  }

  /** Renews only in the second half: each renewal is a commit. */
  async #holdsLease(now: number): Promise<boolean> {
    const { database, leaseMs = 5000 } = this.#options;
    if (now >= this.#leaseUntilMs - leaseMs && now < this.#leaseUntilMs - leaseMs / 2) return true;
    const isOurs = await database.write((sql) => takeLease(sql, this.#holder, now, leaseMs));
    this.#leaseUntilMs = isOurs ? now + leaseMs : 0;
    return isOurs;
  }

  async #sendGroup(group: readonly PendingEntry[]): Promise<void> {
    try {
      await this.#options.send(
        group[0]?.message.entity ?? '',
        group.map(({ message }) => message),
      );
    } catch (error) {
      if (!isFinal(error)) throw error;
      if (group.length > 1) {
        for (const entry of group) await this.#sendGroup([entry]);
        return;
      }
      await this.#setAside(group[0], error);
      return;
    }
    await this.#options.database.write((sql) =>
      deleteEntries(
        sql,
        group.map(({ position }) => position),
      ),
    );
  }

  async #setAside(entry: PendingEntry | undefined, error: unknown): Promise<void> {
    if (entry === undefined) return;
    const { eventId, entity } = entry.message;
    this.#options.logger.error({ err: error, eventId, entity }, 'outbox entry refused');
    await this.#options.database.write((sql) => refuseEntry(sql, entry.position, String(error)));
  }

  #failed(error: unknown): 'failed' {
    this.#failures++;
    this.#options.logger.warn({ err: error, failures: this.#failures, ...this.lag() }, 'outbox not sent');
    return 'failed';
  }

  #backoffMs(): number {
    const { backoffMsMax = 5000, random = Math.random } = this.#options;
    return Math.min(100 * 2 ** Math.min(this.#failures, 10), backoffMsMax) * (0.5 + random() / 2);
  }

  /** After a failure new entries do not shorten the wait: the broker is away for them too. */
  async #idle(delayMs: number, isWakeable: boolean): Promise<void> {
    if (isWakeable && this.#isWoken) return;
    const woken = new AbortController();
    this.#wake = () => {
      if (isWakeable || this.#stopping.signal.aborted) woken.abort();
    };
    await pause(this.#clock, delayMs, woken.signal);
    this.#wake = () => undefined;
  }
}

/** Keeps the order within an entity. */
function byEntity(entries: readonly PendingEntry[]): readonly (readonly PendingEntry[])[] {
  return [...Map.groupBy(entries, ({ message }) => message.entity).values()];
}

function isFinal(error: unknown): boolean {
  return (error as { readonly isFinal?: boolean } | null)?.isFinal === true;
}
