import { openDatabase } from '@dronedelivery/service-kit/sqlite';
import { contractSuite, tempFolder } from '@dronedelivery/testing';
import { createSqlitePackageStore } from '../src/adapters/sqlite/package-store.ts';
import { packageSchema } from '../src/adapters/sqlite/schema.ts';
import { packageStoreContract } from './contracts/package-store.ts';

async function create() {
  const resources = new AsyncDisposableStack();
  const folder = resources.use(await tempFolder());
  const options = { file: folder.file('package.db'), migrations: [packageSchema] };
  const store = createSqlitePackageStore(resources.use(await openDatabase(options)));
  const replica = createSqlitePackageStore(resources.use(await openDatabase(options)));
  return { port: { store, replica }, dispose: () => resources.disposeAsync() };
}

contractSuite('PackageStore', [{ name: 'SQLite', create }], packageStoreContract);
