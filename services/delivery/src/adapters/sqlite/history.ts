import type { Notification } from '@dronedelivery/contracts';
import type { Database, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { ArchivedDelivery, DeliveryHistory, DeliveryRecord, SummaryCounts } from '../../app/ports.ts';
import type { DeliveryState } from '../../domain/delivery.ts';
import type { LivePosition } from '../../domain/live-position.ts';
import { listSql, listValues } from './list-sql.ts';
import { noCounts } from './no-counts.ts';
import { trackingEvents } from './tracking-rows.ts';

interface ArchivedRow {
  readonly state: string;
  readonly position: string | null;
}

const putArchived = `
  INSERT INTO archived (business_id, id, version, stage, owner_id, expedited, in_time, created_at, ended_at, state, position)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (business_id, id) DO UPDATE SET version = excluded.version, stage = excluded.stage,
    owner_id = excluded.owner_id, expedited = excluded.expedited, in_time = excluded.in_time,
    ended_at = excluded.ended_at, state = excluded.state, position = excluded.position
  WHERE archived.version <= excluded.version`;

/** On SQLite; it shares nothing with the deliveries in flight but the file. */
export function createSqliteHistory(database: Database): DeliveryHistory {
  return {
    put: (delivery) => database.write((sql) => put(sql, delivery)),

    find: async ({ businessId, id }) =>
      database.read((sql) => {
        const row = sql.get<ArchivedRow>(
          'SELECT state, position FROM archived WHERE business_id = ? AND id = ?',
          businessId,
          id,
        );
        return row && recordOf(row);
      }),

    list: async (filter, page) =>
      database.read((sql) =>
        sql
          .all<ArchivedRow>(listSql('d.state, d.position', 'archived d', filter, page), listValues(filter, page))
          .map(recordOf),
      ),

    summarize: async (businessId, ownerId, { fromMs, untilMs }, exceptIds) =>
      database.read((sql) => {
        const values = { businessId, ownerId, fromMs, untilMs, exceptIds: JSON.stringify(exceptIds) };
        return { ...noCounts, ...sql.get<SummaryCounts>(summarySql, values) };
      }),

    trackingEvents: async (key, afterSequence, limit) =>
      database.read((sql) => trackingEvents(sql, 'archived_tracking', key, afterSequence, limit)),

    notifications: async ({ businessId, id }, afterId, limit) =>
      database.read((sql) =>
        sql
          .all<{ readonly notification: string }>(
            `SELECT notification FROM archived_notification
             WHERE business_id = ? AND delivery_id = ? AND id > ? ORDER BY id LIMIT ?`,
            ...[businessId, id, afterId, limit],
          )
          .map(({ notification }) => JSON.parse(notification) as Notification),
      ),

    purge: (endedBeforeMs, limit) => database.write((sql) => purge(sql, endedBeforeMs, limit)),
  };
}

const summarySql = `
  SELECT count(*) AS requested,
    count(*) FILTER (WHERE stage = 'Completed') AS completed,
    count(*) FILTER (WHERE stage = 'Cancelled') AS cancelled,
    count(*) FILTER (WHERE stage = 'Failed') AS failed,
    count(*) FILTER (WHERE expedited = 1) AS expedited,
    count(*) FILTER (WHERE stage = 'Completed' AND in_time = 1) AS completedInTime
  FROM archived
  WHERE business_id = :businessId AND owner_id = :ownerId AND created_at >= :fromMs AND created_at < :untilMs
    AND id NOT IN (SELECT value FROM json_each(:exceptIds))`;

function recordOf({ state, position }: ArchivedRow): DeliveryRecord {
  return {
    state: JSON.parse(state) as DeliveryState,
    position: position === null ? null : (JSON.parse(position) as LivePosition),
  };
}

function put(sql: SqlWriter, { state, position, tracking, notifications }: ArchivedDelivery): void {
  const { businessId, id, order, plan, deliveredAtMs } = state;
  const isInTime = plan !== null && deliveredAtMs !== null && deliveredAtMs <= plan.deadlineMs;
  sql.run(
    putArchived,
    ...[businessId, id, state.historySequence, state.stage, order?.ownerId ?? null],
    ...[order?.expedited === true ? 1 : 0, isInTime ? 1 : 0, state.createdAtMs, state.endedAtMs ?? state.updatedAtMs],
    ...[JSON.stringify(state), position && JSON.stringify(position)],
  );
  for (const event of tracking) {
    sql.run(
      `INSERT INTO archived_tracking (business_id, id, sequence, event) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      ...[businessId, id, event.sequence, JSON.stringify(event)],
    );
  }
  for (const notification of notifications) {
    sql.run(
      `INSERT INTO archived_notification (business_id, delivery_id, id, notification) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET notification = excluded.notification`,
      ...[businessId, id, notification.id, JSON.stringify(notification)],
    );
  }
}

function purge(sql: SqlWriter, endedBeforeMs: number, limit: number): number {
  const old = sql.all<{ readonly business_id: string; readonly id: string }>(
    'SELECT business_id, id FROM archived WHERE ended_at < ? ORDER BY ended_at LIMIT ?',
    endedBeforeMs,
    limit,
  );
  for (const { business_id: businessId, id } of old) {
    sql.run('DELETE FROM archived WHERE business_id = ? AND id = ?', businessId, id);
    sql.run('DELETE FROM archived_tracking WHERE business_id = ? AND id = ?', businessId, id);
    sql.run('DELETE FROM archived_notification WHERE business_id = ? AND delivery_id = ?', businessId, id);
  }
  return old.length;
}
