import type { BusinessState } from '@dronedelivery/contracts';
import type { Database, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { BusinessStore } from '../../app/ports.ts';
import type { Business } from '../../domain/business.ts';
import { insertClient } from './client-store.ts';
import { rangeValues } from './list.ts';
import { insertUser } from './user-store.ts';

interface Row {
  readonly business_id: string;
  readonly name: string;
  readonly status: BusinessState;
  readonly created_at: number;
}

export function sqliteBusinesses(database: Database): BusinessStore {
  return {
    register: (business, user, client, pendingMax) =>
      database.write((sql) => {
        if (business.status === 'pending' && countPending(sql) >= pendingMax) return 'full';
        insertBusiness(sql, business);
        insertUser(sql, user);
        insertClient(sql, client);
        return 'added';
      }),
    find: async (businessId) => {
      const row = database.read((sql) => sql.get<Row>('SELECT * FROM businesses WHERE business_id = ?', businessId));
      return row === undefined ? undefined : businessOf(row);
    },
    list: async (range) => database.read((sql) => sql.all<Row>(listing, ...rangeValues(range)).map(businessOf)),
    setStatus: (businessId, status) =>
      database.write((sql) => {
        const row = sql.get<Row>(
          'UPDATE businesses SET status = ? WHERE business_id = ? RETURNING *',
          status,
          businessId,
        );
        return row === undefined ? undefined : businessOf(row);
      }),
    ensure: (business) => database.write((sql) => insertBusiness(sql, business)),
  };
}

const listing =
  'SELECT * FROM businesses WHERE (created_at, business_id) > (?, ?) ORDER BY created_at, business_id LIMIT ?';

function insertBusiness(sql: SqlWriter, { businessId, name, status, createdAt }: Business): void {
  sql.run('INSERT INTO businesses VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING', businessId, name, status, createdAt);
}

function countPending(sql: SqlWriter): number {
  const row = sql.get<{ pending: number }>("SELECT count(*) AS pending FROM businesses WHERE status = 'pending'");
  return row?.pending ?? 0;
}

function businessOf(row: Row): Business {
  return { businessId: row.business_id, name: row.name, status: row.status, createdAt: row.created_at };
}
