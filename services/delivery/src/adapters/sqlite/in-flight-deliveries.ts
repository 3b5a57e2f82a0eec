import type { Database, SqlReader } from '@dronedelivery/service-kit/sqlite';
import type { DeliveryRecord, InFlightDeliveries, SummaryCounts } from '../../app/ports.ts';
import type { DeliveryKey } from '../../domain/delivery.ts';
import { claimSilent, forgetFuture } from './claim-silent.ts';
import { listSql, listValues } from './list-sql.ts';
import { noCounts } from './no-counts.ts';
import { type PositionRow, positionColumns, positionOfRow } from './position-row.ts';
import { recordPosition } from './record-position.ts';
import { saveChange } from './save-change.ts';
import { StateCache } from './state-cache.ts';
import { changeTopic } from './topics.ts';
import { trackingEvents } from './tracking-rows.ts';

interface RecordRow extends PositionRow {
  readonly business_id: string;
  readonly id: string;
  readonly version: number;
  readonly state: string;
}

interface SummaryRow extends SummaryCounts {
  /** JSON. */
  readonly endedIds: string;
}

interface KeyRow {
  readonly business_id: string;
  readonly id: string;
}

const recordColumns = `d.business_id, d.id, d.version, d.state, ${positionColumns}`;
const records = 'in_flight d LEFT JOIN position p ON p.business_id = d.business_id AND p.id = d.id';

/** On SQLite, shared by all replicas of this machine. */
export function createSqliteInFlight(database: Database): InFlightDeliveries {
  const cache = new StateCache();

  const recordOf = (row: RecordRow): DeliveryRecord => ({
    state: cache.stateOf({ businessId: row.business_id, id: row.id }, row.version, row.state),
    position: positionOfRow(row),
  });
  const find = (sql: SqlReader, { businessId, id }: DeliveryKey) => {
    const row = sql.get<RecordRow>(
      `SELECT ${recordColumns} FROM ${records} WHERE d.business_id = ? AND d.id = ?`,
      businessId,
      id,
    );
    return row && recordOf(row);
  };

  return {
    transact: (key, decide) =>
      database.write((sql) => {
        const { result, change } = decide(find(sql, key));
        if (change !== undefined) {
          saveChange(sql, change);
          sql.afterCommit(() => cache.committed(change.state));
        }
        return result;
      }),

    find: async (key) => database.read((sql) => find(sql, key)),

    list: async (filter, page) =>
      database.read((sql) =>
        sql.all<RecordRow>(listSql(recordColumns, records, filter, page), listValues(filter, page)).map(recordOf),
      ),

    summarize: async (businessId, ownerId, { fromMs, untilMs }) =>
      database.read((sql) => {
        const row = sql.get<SummaryRow>(summarySql, { businessId, ownerId, fromMs, untilMs });
        const { endedIds = '[]', ...counts } = row ?? {};
        return { counts: { ...noCounts, ...counts }, endedIds: JSON.parse(endedIds) as string[] };
      }),

    trackingEvents: async (key, afterSequence, limit) =>
      database.read((sql) => trackingEvents(sql, 'tracking', key, afterSequence, limit)),

    recordPositions: (positions, heardAtMs) =>
      database.write((sql) => {
        let taken = 0;
        for (const position of positions) taken += recordPosition(sql, position, heardAtMs);
        if (taken > 0) sql.announce(changeTopic);
        return taken;
      }),

    claimSilent: (query) => claimSilent(database, query),
    forgetFuture: (nowMs, silenceMs) => forgetFuture(database, nowMs, silenceMs),

    overdueConfirmations: async (nowMs, limit) =>
      database.read((sql) => keys(sql, 'confirmation_due_at <= ? ORDER BY confirmation_due_at LIMIT ?', nowMs, limit)),

    toArchive: async (limit) =>
      database.read((sql) =>
        sql
          .all<RecordRow>(
            `SELECT ${recordColumns} FROM ${records}
             WHERE d.ended_at IS NOT NULL AND d.archived_version < d.version ORDER BY d.ended_at LIMIT ?`,
            limit,
          )
          .map(recordOf),
      ),

    markArchived: async ({ businessId, id }, version) => {
      await database.write((sql) =>
        sql.run(
          `UPDATE in_flight SET archived_version = :version
           WHERE business_id = :businessId AND id = :id AND archived_version < :version`,
          { businessId, id, version },
        ),
      );
    },

    expired: async (endedBeforeMs, limit) =>
      database.read((sql) =>
        keys(
          sql,
          `ended_at IS NOT NULL AND archived_version = version AND ended_at < ? AND NOT EXISTS (
             SELECT 1 FROM notification n WHERE n.business_id = in_flight.business_id
               AND n.delivery_id = in_flight.id AND n.state = 'Pending')
           ORDER BY ended_at LIMIT ?`,
          endedBeforeMs,
          limit,
        ),
      ),

    forget: async ({ businessId, id }, version) => {
      await database.write((sql) => {
        const forgotten = sql.run(
          'DELETE FROM in_flight WHERE business_id = ? AND id = ? AND version = ?',
          ...[businessId, id, version],
        );
        if (forgotten === 0) return;
        for (const [table, column] of details) {
          sql.run(`DELETE FROM ${table} WHERE business_id = ? AND ${column} = ?`, businessId, id);
        }
      });
    },
  };
}

const details = [
  ['position', 'id'],
  ['tracking', 'id'],
  ['notification', 'delivery_id'],
] as const;

/** What was never archived: the rest is counted by the history. */
const summarySql = `
  SELECT count(*) AS requested,
    count(*) FILTER (WHERE stage = 'Completed') AS completed,
    count(*) FILTER (WHERE stage = 'Cancelled') AS cancelled,
    count(*) FILTER (WHERE stage = 'Failed') AS failed,
    count(*) FILTER (WHERE state ->> '$.order.expedited') AS expedited,
    count(*) FILTER (WHERE stage = 'Completed' AND state ->> '$.deliveredAtMs' <= state ->> '$.plan.deadlineMs')
      AS completedInTime,
    json_group_array(id) FILTER (WHERE ended_at IS NOT NULL) AS endedIds
  FROM in_flight
  WHERE business_id = :businessId AND owner_id = :ownerId AND created_at >= :fromMs AND created_at < :untilMs
    AND archived_version = 0`;

function keys(sql: SqlReader, condition: string, ...values: readonly number[]): DeliveryKey[] {
  return sql
    .all<KeyRow>(`SELECT business_id, id FROM in_flight WHERE ${condition}`, ...values)
    .map((row) => ({ businessId: row.business_id, id: row.id }));
}
