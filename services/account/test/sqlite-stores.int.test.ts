import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { tempFolder } from '@dronedelivery/testing';
import { openAccountDatabase, sqliteStores } from '../src/adapters/sqlite/open-stores.ts';
import { storeContracts } from './store-contracts.ts';

storeContracts([
  {
    name: 'sqlite',
    create: async () => {
      const resources = new AsyncDisposableStack();
      const folder = resources.use(await tempFolder());
      const one = sqliteStores(resources.use(await openAccountDatabase(folder.path)));
      const other = sqliteStores(resources.use(await openAccountDatabase(folder.path)));
      return { port: { one, other }, dispose: () => resources.disposeAsync() };
    },
  },
]);

test('the files that hold private keys are for their owner alone', async () => {
  await using folder = await tempFolder();
  const dataDir = folder.file('data');
  await using database = await openAccountDatabase(dataDir);
  await sqliteStores(database).businesses.ensure({ businessId: 'b', name: 'B', status: 'active', createdAt: 0 });
  assert.equal((await stat(dataDir)).mode & 0o777, 0o700);
  const files = await readdir(dataDir);
  assert.ok(files.includes('account.db-wal'));
  for (const file of files) assert.equal((await stat(path.join(dataDir, file))).mode & 0o777, 0o600, file);
});
