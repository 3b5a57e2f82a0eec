import { tempFolder } from '@dronedelivery/testing';
import { createSqliteHistory } from '../src/adapters/sqlite/history.ts';
import { createSqliteInFlight } from '../src/adapters/sqlite/in-flight-deliveries.ts';
import { createSqliteNotifications } from '../src/adapters/sqlite/notifications.ts';
import { historyContract } from './contracts/history.ts';
import { inFlightContract } from './contracts/in-flight-deliveries.ts';
import { notificationsContract } from './contracts/notifications.ts';
import { openTestDatabase } from './support/stores.ts';

/** One file, opened twice, as two replicas do. */
async function openTwice() {
  const resources = new AsyncDisposableStack();
  const folder = resources.use(await tempFolder());
  const database = resources.use(await openTestDatabase(folder.path));
  const other = resources.use(await openTestDatabase(folder.path));
  return { database, other, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

inFlightContract('SQLite', async () => {
  const { database, other, ...disposal } = await openTwice();
  return { store: createSqliteInFlight(database), replica: createSqliteInFlight(other), ...disposal };
});

historyContract('SQLite', async () => {
  const { database, other: _, ...disposal } = await openTwice();
  return { history: createSqliteHistory(database), ...disposal };
});

notificationsContract('SQLite', async () => {
  const { database, other, ...disposal } = await openTwice();
  return {
    inFlight: createSqliteInFlight(database),
    notifications: createSqliteNotifications(database),
    replica: createSqliteNotifications(other),
    ...disposal,
  };
});
