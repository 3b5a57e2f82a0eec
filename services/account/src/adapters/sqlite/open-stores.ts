import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { type Database, type DatabaseOptions, openDatabase } from '@dronedelivery/service-kit/sqlite';
import type { BusinessStore, ClientStore, SigningKeyStore, UserStore } from '../../app/ports.ts';
import { sqliteBusinesses } from './business-store.ts';
import { sqliteClients } from './client-store.ts';
import { migrations } from './migrations.ts';
import { sqliteSigningKeys } from './signing-key-store.ts';
import { sqliteUsers } from './user-store.ts';

export interface Stores {
  readonly businesses: BusinessStore;
  readonly users: UserStore;
  readonly clients: ClientStore;
  readonly signingKeys: SigningKeyStore;
}

export async function openAccountDatabase(
  dataDir: string,
  limits: Pick<DatabaseOptions, 'bytesMax' | 'logger'> = {},
): Promise<Database> {
  mkdirSync(dataDir, { recursive: true });
  const file = path.join(dataDir, 'account.db');
  makePrivate(dataDir, file);
  return openDatabase({ ...limits, file, migrations });
}

export function sqliteStores(database: Database): Stores {
  return {
    businesses: sqliteBusinesses(database),
    users: sqliteUsers(database),
    clients: sqliteClients(database),
    signingKeys: sqliteSigningKeys(database),
  };
}

/** The file holds private keys. SQLite gives its companions the mode of the file, which so has to be there first. */
function makePrivate(dataDir: string, file: string): void {
  chmodSync(dataDir, 0o700);
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}
