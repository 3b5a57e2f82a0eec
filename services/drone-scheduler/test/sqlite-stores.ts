import type { MissionEvent } from '@dronedelivery/contracts';
import { appendOutbox, outboxMigration } from '@dronedelivery/service-kit/outbox';
import { openDatabase } from '@dronedelivery/service-kit/sqlite';
import { missionMessage } from '../src/adapters/servicebus/mission-message.ts';
import { createSqliteFleetStore } from '../src/adapters/sqlite/fleet-store.ts';
import { createSqliteMissionStore } from '../src/adapters/sqlite/mission-store.ts';
import { fleetMigration } from '../src/adapters/sqlite/schema.ts';
import { createSqliteUsageStore } from '../src/adapters/sqlite/usage-store.ts';
import type { Stores } from './store-contract.ts';

export type SqliteStores = Stores & AsyncDisposable;

export async function openSqliteStores(file: string): Promise<SqliteStores> {
  const database = await openDatabase({ file, migrations: [fleetMigration, outboxMigration] });
  return {
    missions: createSqliteMissionStore(database, (sql, event, traceparent) =>
      appendOutbox(sql, missionMessage(event, traceparent), 0),
    ),
    fleet: createSqliteFleetStore(database),
    usage: createSqliteUsageStore(database),
    storedEvents: async () =>
      database
        .read((sql) => sql.all<{ body: string }>('SELECT body FROM outbox ORDER BY position'))
        .map(({ body }) => (JSON.parse(body) as MissionEvent).data),
    [Symbol.asyncDispose]: () => database.close(),
  };
}
