import type { MissionEvent } from '@dronedelivery/contracts';
import { openSqliteStores, type SqliteStores } from '../src/adapters/sqlite/stores.ts';
import { nowMs } from './builders.ts';
import type { Stores } from './store-contract.ts';

/** The stores, and a look into what waits to be sent. */
export async function openTestStores(file: string): Promise<Stores & SqliteStores> {
  const stores = await openSqliteStores({ file }, { now: () => nowMs });
  const storedEvents = async () =>
    stores.database
      .read((sql) => sql.all<{ body: string }>('SELECT body FROM outbox ORDER BY position'))
      .map(({ body }) => (JSON.parse(body) as MissionEvent).data);
  return { ...stores, storedEvents };
}
