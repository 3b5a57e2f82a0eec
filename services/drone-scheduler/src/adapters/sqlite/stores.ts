import type { Clock } from '@dronedelivery/service-kit/clock';
import { appendOutbox, outboxMigration } from '@dronedelivery/service-kit/outbox';
import { type Database, type DatabaseOptions, openDatabase } from '@dronedelivery/service-kit/sqlite';
import type { FleetStore, MissionStore, UsageStore } from '../../app/ports.ts';
import { missionMessage } from '../servicebus/mission-message.ts';
import { DroneTable } from './drone-table.ts';
import { createSqliteFleetStore } from './fleet-store.ts';
import { createSqliteMissionStore } from './mission-store.ts';
import { fleetMigration } from './schema.ts';
import { createSqliteUsageStore } from './usage-store.ts';

export interface SqliteStores extends AsyncDisposable {
  readonly database: Database;
  readonly missions: MissionStore;
  readonly fleet: FleetStore;
  readonly usage: UsageStore;
}

/** All stores of the scheduler in one file, which several processes may share. */
export async function openSqliteStores(
  options: Pick<DatabaseOptions, 'file' | 'bytesMax' | 'logger'>,
  clock: Pick<Clock, 'now'>,
): Promise<SqliteStores> {
  const database = await openDatabase({ ...options, migrations: [fleetMigration, outboxMigration] });
  const drones = new DroneTable(database);
  return {
    database,
    missions: createSqliteMissionStore(database, drones, (sql, event, traceparent) =>
      appendOutbox(sql, missionMessage(event, traceparent), clock.now()),
    ),
    fleet: createSqliteFleetStore(database, drones),
    usage: createSqliteUsageStore(database),
    [Symbol.asyncDispose]: () => database.close(),
  };
}
