import type { DeliveryStage, Notification } from '@dronedelivery/contracts';
import type { Database, SqlReader, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { DueNotification, DueQuery, NotificationResult, Notifications } from '../../app/ports.ts';
import { instant, instantOrNull } from '../../app/views.ts';
import type { NotificationChannel } from '../../domain/delivery.ts';

interface NotificationRow {
  readonly business_id: string;
  readonly delivery_id: string;
  readonly id: string;
  readonly stage: string;
  readonly plan_revision: number;
  readonly channel: string;
  readonly address: string;
  readonly webhook_secret: string | null;
  readonly content: string;
  readonly state: string;
  readonly attempts: number;
  readonly created_at: number;
  readonly sent_at: number | null;
  readonly last_error: string | null;
}

/** Businesses looked at in one claim; the next one goes on from there. */
const businessesMax = 500;

export function createSqliteNotifications(database: Database): Notifications {
  let lastServed = '';
  return {
    list: async ({ businessId, id }, afterId, limit) =>
      database.read((sql) =>
        sql
          .all<NotificationRow>(
            'SELECT * FROM notification WHERE business_id = ? AND delivery_id = ? AND id > ? ORDER BY id LIMIT ?',
            ...[businessId, id, afterId, limit],
          )
          .map(notificationOf),
      ),

    claimDue: async (query) => {
      const { rows, last } = database.read((sql) => inTurn(sql, query, lastServed));
      const after = lastServed;
      lastServed = last;
      return rows.length === 0 ? [] : database.write((sql) => claim(sql, query, after));
    },

    settle: async ({ key, id }, result) => {
      await database.write((sql) =>
        sql.run(
          `UPDATE notification SET state = ?, sent_at = ?, due_at = ?, last_error = ?
           WHERE business_id = ? AND delivery_id = ? AND id = ? AND state = 'Pending'`,
          ...settledColumns(result),
          ...[key.businessId, key.id, id],
        ),
      );
    },
  };
}

/** No attempt is put off for longer: what is due only after this was put off before the clock was set back. */
const putOffMsMax = 60 * 60_000;

/**
 * Business after business, beginning behind the one served last: in the order of time alone, one business with a long
 * backlog would keep all others waiting.
 */
function inTurn(sql: SqlReader, { nowMs, limit, roomOf }: DueQuery, after: string) {
  const rows: NotificationRow[] = [];
  let last = after;
  for (const business of businessesInTurn(sql, after)) {
    last = business;
    const room = Math.min(roomOf(business), limit - rows.length);
    if (room > 0) rows.push(...dueOf(sql, business, nowMs, room));
    if (rows.length >= limit) break;
  }
  return { rows, last };
}

function* businessesInTurn(sql: SqlReader, after: string): Generator<string> {
  let looks = 0;
  let next = nextBusiness(sql, after);
  for (; next !== undefined && looks < businessesMax; next = nextBusiness(sql, next), looks++) yield next;
  next = nextBusiness(sql, '');
  for (; next !== undefined && next <= after && looks < businessesMax; next = nextBusiness(sql, next), looks++)
    yield next;
}

function nextBusiness(sql: SqlReader, after: string): string | undefined {
  const query =
    "SELECT business_id FROM notification WHERE state = 'Pending' AND business_id > ? ORDER BY business_id LIMIT 1";
  return sql.get<Pick<NotificationRow, 'business_id'>>(query, after)?.business_id;
}

function dueOf(sql: SqlReader, businessId: string, nowMs: number, limit: number): NotificationRow[] {
  const select = "SELECT * FROM notification WHERE state = 'Pending' AND business_id = ? AND";
  const rows = sql.all<NotificationRow>(`${select} due_at <= ? ORDER BY due_at LIMIT ?`, businessId, nowMs, limit);
  if (rows.length > 0) return rows;
  const putOffUntilMs = nowMs + putOffMsMax;
  return sql.all<NotificationRow>(`${select} due_at > ? ORDER BY due_at LIMIT ?`, businessId, putOffUntilMs, limit);
}

function claim(sql: SqlWriter, query: DueQuery, after: string): DueNotification[] {
  return inTurn(sql, query, after).rows.map((row) => {
    sql.run(
      'UPDATE notification SET attempts = attempts + 1, due_at = ? WHERE business_id = ? AND delivery_id = ? AND id = ?',
      ...[query.nowMs + query.leaseMs, row.business_id, row.delivery_id, row.id],
    );
    return dueNotificationOf(row);
  });
}

function dueNotificationOf(row: NotificationRow): DueNotification {
  return {
    id: row.id,
    key: { businessId: row.business_id, id: row.delivery_id },
    stage: row.stage as DeliveryStage,
    planRevision: row.plan_revision,
    channel: row.channel as NotificationChannel,
    address: row.address,
    webhookSecret: row.webhook_secret,
    content: row.content,
    createdAtMs: row.created_at,
    attempts: row.attempts + 1,
  };
}

function settledColumns(result: NotificationResult): (string | number | null)[] {
  switch (result.kind) {
    case 'sent':
      return ['Sent', result.atMs, 0, null];
    case 'given-up':
      return ['GivenUp', null, 0, result.error];
    case 'retry':
      return ['Pending', null, Math.round(result.notBeforeMs), result.error];
    default:
      return result satisfies never;
  }
}

function notificationOf(row: NotificationRow): Notification {
  return {
    id: row.id,
    deliveryId: row.delivery_id,
    stage: row.stage as DeliveryStage,
    planRevision: row.plan_revision,
    channel: row.channel as NotificationChannel,
    address: row.address,
    state: row.state as Notification['state'],
    attempts: row.attempts,
    createdAt: instant(row.created_at),
    sentAt: instantOrNull(row.sent_at),
    lastError: row.last_error,
  };
}
