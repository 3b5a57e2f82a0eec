import type { Database, SqlReader, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { UsageMonth, UsageStore } from '../../app/ports.ts';
import type { Usage } from '../../domain/usage.ts';

interface UsageRow {
  readonly flownM: number;
  readonly boundMs: number;
  readonly missions: number;
}

export function createSqliteUsageStore(database: Database): UsageStore {
  return { usageOf: async (month) => database.read((sql) => usageRow(sql, month)) };
}

export function addUsage(sql: SqlWriter, usage: Usage): void {
  sql.run(
    `INSERT INTO usage (business_id, owner_id, year, month, flown_m, bound_ms, missions) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (business_id, owner_id, year, month) DO UPDATE SET flown_m = flown_m + excluded.flown_m,
       bound_ms = bound_ms + excluded.bound_ms, missions = missions + excluded.missions`,
    usage.businessId,
    usage.ownerId,
    usage.year,
    usage.month,
    usage.flownM,
    Math.round(usage.boundMs),
    usage.missions,
  );
}

function usageRow(sql: SqlReader, { businessId, ownerId, year, month }: UsageMonth): UsageRow {
  const text = `SELECT flown_m AS flownM, bound_ms AS boundMs, missions FROM usage
    WHERE business_id = ? AND owner_id = ? AND year = ? AND month = ?`;
  return sql.get<UsageRow>(text, businessId, ownerId, year, month) ?? { flownM: 0, boundMs: 0, missions: 0 };
}
