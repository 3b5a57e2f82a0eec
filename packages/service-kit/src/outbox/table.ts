import type { SqlReader, SqlWriter } from '../sqlite.ts';
import { currentTraceparent } from '../trace-context.ts';

/** One of a service's migrations. */
export const outboxMigration = `
  CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    entity TEXT NOT NULL,
    event_id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    message TEXT NOT NULL,
    traceparent TEXT,
    not_before_ms INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    refused TEXT
  ) STRICT;
  CREATE TABLE outbox_lease (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    holder TEXT NOT NULL,
    until_ms INTEGER NOT NULL
  ) STRICT;
`;

/** What a state change wants to have sent once it is committed. */
export interface OutboxEntry {
  /** Queue or topic. */
  readonly entity: string;
  /** Becomes the message id, so that the broker's duplicate detection knows a repetition. */
  readonly eventId: string;
  /** JSON text. */
  readonly body: string;
  readonly contentType?: string;
  readonly subject?: string;
  readonly timeToLiveMs?: number;
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
  /** Epoch milliseconds. An entry that waits is passed by later ones. */
  readonly notBeforeMs?: number;
  /** The current trace when absent. */
  readonly traceparent?: string;
}

/** An entry on its way to the broker. */
export interface OutboxMessage extends Omit<OutboxEntry, 'notBeforeMs'> {
  readonly createdAtMs: number;
}

export const outboxTopic = 'outbox';

/** Adds an entry inside the write that changes the state; the same event id again changes nothing. */
export function appendOutbox(sql: SqlWriter, entry: OutboxEntry, nowMs: number): void {
  const { entity, eventId, body, notBeforeMs = 0, traceparent = currentTraceparent() ?? null, ...message } = entry;
  sql.run(
    `INSERT INTO outbox (entity, event_id, body, message, traceparent, not_before_ms, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING`,
    entity,
    eventId,
    body,
    JSON.stringify(message),
    traceparent,
    notBeforeMs,
    nowMs,
  );
  sql.announce(outboxTopic);
}

export interface PendingEntry {
  readonly position: number;
  readonly message: OutboxMessage;
}

interface Row {
  readonly position: number;
  readonly entity: string;
  readonly event_id: string;
  readonly body: string;
  readonly message: string;
  readonly traceparent: string | null;
  readonly created_at_ms: number;
}

/** The oldest entries that are due, in the order in which they were committed. */
export function dueEntries(sql: SqlReader, nowMs: number, max: number): readonly PendingEntry[] {
  const rows = sql.all<Row>(
    `SELECT position, entity, event_id, body, message, traceparent, created_at_ms FROM outbox
     WHERE refused IS NULL AND not_before_ms <= ? ORDER BY position LIMIT ?`,
    nowMs,
    max,
  );
  return rows.map((row) => ({
    position: row.position,
    message: {
      ...(JSON.parse(row.message) as object),
      entity: row.entity,
      eventId: row.event_id,
      body: row.body,
      ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
      createdAtMs: row.created_at_ms,
    },
  }));
}

export function deleteEntries(sql: SqlWriter, positions: readonly number[]): void {
  sql.run('DELETE FROM outbox WHERE position IN (SELECT value FROM json_each(?))', JSON.stringify(positions));
}

/** Sets aside what the broker will never take; it stays to be looked at. */
export function refuseEntry(sql: SqlWriter, position: number, reason: string): void {
  sql.run('UPDATE outbox SET refused = ? WHERE position = ?', reason, position);
}

/**
 * Takes or renews the lease; false while another holder's runs. One that would run for longer than any does was taken
 * before the clock was set back: its holder looks anew as well.
 */
export function takeLease(sql: SqlWriter, holder: string, nowMs: number, leaseMs: number): boolean {
  const changed = sql.run(
    `INSERT INTO outbox_lease (id, holder, until_ms) VALUES (1, :holder, :until)
     ON CONFLICT (id) DO UPDATE SET holder = :holder, until_ms = :until
     WHERE holder = :holder OR until_ms <= :now OR until_ms > :implausible`,
    { holder, until: nowMs + leaseMs, now: nowMs, implausible: nowMs + 3 * leaseMs },
  );
  return changed === 1;
}

export function releaseLease(sql: SqlWriter, holder: string): void {
  sql.run('DELETE FROM outbox_lease WHERE holder = ?', holder);
}
