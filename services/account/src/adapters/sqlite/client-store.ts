import type { Database, SqlValue, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { ClientStore } from '../../app/ports.ts';
import type { Client } from '../../domain/client.ts';
import { rangeValues } from './list.ts';

interface Row {
  readonly client_id: string;
  readonly business_id: string;
  readonly name: string;
  readonly roles: string;
  readonly owner_id: string | null;
  readonly drones: string;
  readonly status: 'active' | 'revoked';
  readonly created_at: number;
  readonly secret_hash: string;
}

/** Stands for "no business" in the column, since it can be no id. */
const none = '';

export function sqliteClients(database: Database): ClientStore {
  return {
    add: (client, activeMax) =>
      database.write((sql) => {
        const row = sql.get<{ active: number }>(countActive, client.businessId ?? none);
        if ((row?.active ?? 0) >= activeMax) return 'full';
        insertClient(sql, client);
        return 'added';
      }),
    find: async (clientId) => {
      const row = database.read((sql) => sql.get<Row>('SELECT * FROM clients WHERE client_id = ?', clientId));
      return row === undefined ? undefined : clientOf(row);
    },
    list: async (businessId, range) =>
      database.read((sql) => sql.all<Row>(listing, businessId ?? none, ...rangeValues(range)).map(clientOf)),
    revoke: (clientId) =>
      database.write((sql) => {
        sql.run("UPDATE clients SET status = 'revoked' WHERE client_id = ?", clientId);
      }),
    replace: (client) =>
      database.write((sql) => {
        sql.run(`${insertion} ${replacement}`, ...values(client));
      }),
  };
}

export function insertClient(sql: SqlWriter, client: Client): void {
  sql.run(insertion, ...values(client));
}

const countActive = "SELECT count(*) AS active FROM clients WHERE business_id = ? AND status = 'active'";
const listing = `SELECT * FROM clients WHERE business_id = ? AND (created_at, client_id) > (?, ?)
  ORDER BY created_at, client_id LIMIT ?`;
const insertion = 'INSERT INTO clients VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)';
const replacement = `ON CONFLICT (client_id) DO UPDATE SET business_id = excluded.business_id, name = excluded.name,
  roles = excluded.roles, owner_id = excluded.owner_id, drones = excluded.drones, secret_hash = excluded.secret_hash`;

function values(client: Client): SqlValue[] {
  const { clientId, businessId, name, roles, ownerId, drones, status, createdAt, secretHash } = client;
  const lists = { roles: JSON.stringify(roles), drones: JSON.stringify(drones) };
  return [clientId, businessId ?? none, name, lists.roles, ownerId, lists.drones, status, createdAt, secretHash];
}

function clientOf(row: Row): Client {
  return {
    clientId: row.client_id,
    businessId: row.business_id === none ? null : row.business_id,
    name: row.name,
    roles: JSON.parse(row.roles),
    ownerId: row.owner_id,
    drones: JSON.parse(row.drones),
    status: row.status,
    createdAt: row.created_at,
    secretHash: row.secret_hash,
  };
}
