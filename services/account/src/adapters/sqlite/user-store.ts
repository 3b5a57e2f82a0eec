import type { Database, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { UserStore } from '../../app/ports.ts';
import type { User } from '../../domain/business.ts';
import { rangeValues } from './list.ts';

interface Row {
  readonly business_id: string;
  readonly user_id: string;
  readonly name: string;
  readonly email_address: string | null;
  readonly created_at: number;
}

export function sqliteUsers(database: Database): UserStore {
  return {
    add: (user, usersMax) =>
      database.write((sql) => {
        const known = sql.get(oneUser, user.businessId, user.userId);
        if (known !== undefined) return 'exists';
        const row = sql.get<{ users: number }>(
          'SELECT count(*) AS users FROM users WHERE business_id = ?',
          user.businessId,
        );
        if ((row?.users ?? 0) >= usersMax) return 'full';
        insertUser(sql, user);
        return 'added';
      }),
    has: async (businessId, userId) => database.read((sql) => sql.get(oneUser, businessId, userId)) !== undefined,
    list: async (businessId, range) =>
      database.read((sql) => sql.all<Row>(listing, businessId, ...rangeValues(range)).map(userOf)),
  };
}

const oneUser = 'SELECT 1 FROM users WHERE business_id = ? AND user_id = ?';
const listing = `SELECT * FROM users WHERE business_id = ? AND (created_at, user_id) > (?, ?)
  ORDER BY created_at, user_id LIMIT ?`;

export function insertUser(sql: SqlWriter, { businessId, userId, name, emailAddress, createdAt }: User): void {
  sql.run('INSERT INTO users VALUES (?, ?, ?, ?, ?)', businessId, userId, name, emailAddress, createdAt);
}

function userOf(row: Row): User {
  return {
    businessId: row.business_id,
    userId: row.user_id,
    name: row.name,
    emailAddress: row.email_address,
    createdAt: row.created_at,
  };
}
