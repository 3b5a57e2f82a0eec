import type { Database, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { SilenceQuery } from '../../app/ports.ts';
import type { DeliveryKey } from '../../domain/delivery.ts';

interface DueRow {
  readonly business_id: string;
  readonly id: string;
  /** Through a message or a position. */
  readonly heard_at: number;
}

/** Checks that only find a living drone cost next to nothing. */
const dueForEachSilentMax = 20;
const askAgainSilencesMin = 2;
const askAgainSilencesMax = 20;

/**
 * Positions do not move the check, which would cost an index entry each: a check that is due only looks whether the
 * drone was heard of meanwhile.
 */
export async function claimSilent(database: Database, query: SilenceQuery): Promise<DeliveryKey[]> {
  const isAnyDue = database.read((sql) => due(sql, query.nowMs, 1).length > 0);
  return isAnyDue ? database.write((sql) => claim(sql, query)) : [];
}

/** Clocks of replicas may differ a little. */
const futureToleranceMs = 60_000;

export function forgetFuture(database: Database, nowMs: number, silenceMs: number): Promise<number> {
  const fromMs = nowMs + futureToleranceMs;
  return database.write((sql) => {
    sql.run('UPDATE position SET heard_at = ? WHERE heard_at > ?', nowMs, fromMs);
    return sql.run(
      `UPDATE in_flight SET changed_at = ?, next_check_at = min(next_check_at, ?)
       WHERE next_check_at IS NOT NULL AND changed_at > ?`,
      nowMs,
      nowMs + silenceMs,
      fromMs,
    );
  });
}

function claim(sql: SqlWriter, query: SilenceQuery): DeliveryKey[] {
  const { nowMs, silenceMs, limit } = query;
  const silent: DeliveryKey[] = [];
  for (const { business_id: businessId, id, heard_at: heardAtMs } of due(sql, nowMs, limit * dueForEachSilentMax)) {
    const isSilent = nowMs - heardAtMs >= silenceMs;
    const nextCheckMs = isSilent ? nowMs + askAgainMs(nowMs - heardAtMs, query) : heardAtMs + silenceMs;
    sql.run(
      'UPDATE in_flight SET next_check_at = ? WHERE business_id = ? AND id = ?',
      ...[Math.round(nextCheckMs), businessId, id],
    );
    if (isSilent) silent.push({ businessId, id });
    if (silent.length === limit) break;
  }
  return silent;
}

/** The longer the silence, the rarer the question. */
function askAgainMs(silentMs: number, { silenceMs, spread }: SilenceQuery): number {
  const longestMs = silenceMs * askAgainSilencesMax;
  return Math.min(Math.max(silentMs, silenceMs * askAgainSilencesMin), longestMs) * (1 + spread / 2);
}

function due(sql: Pick<SqlWriter, 'all'>, nowMs: number, limit: number): DueRow[] {
  return sql.all<DueRow>(
    `SELECT d.business_id, d.id, max(d.changed_at, coalesce(p.heard_at, 0)) AS heard_at FROM in_flight d
     LEFT JOIN position p ON p.business_id = d.business_id AND p.id = d.id AND p.mission_id = d.mission_id
     WHERE d.next_check_at <= ? ORDER BY d.next_check_at LIMIT ?`,
    nowMs,
    limit,
  );
}
