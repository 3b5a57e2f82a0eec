import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openAccountDatabase, sqliteStores } from '../src/adapters/sqlite/open-stores.ts';
import { storeContracts } from './store-contracts.ts';

storeContracts('sqlite', async () => {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(tmpdir(), 'account-'));
  resources.defer(() => rm(folder, { recursive: true }));
  const one = sqliteStores(resources.use(await openAccountDatabase(folder)));
  const other = sqliteStores(resources.use(await openAccountDatabase(folder)));
  const owned = resources.move();
  return { one, other, [Symbol.asyncDispose]: () => owned.disposeAsync() };
});

test('the files that hold private keys are for their owner alone', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'account-'));
  const dataDir = path.join(folder, 'data');
  await using database = await openAccountDatabase(dataDir);
  await sqliteStores(database).businesses.ensure({ businessId: 'b', name: 'B', status: 'active', createdAt: 0 });
  assert.equal((await stat(dataDir)).mode & 0o777, 0o700);
  const files = await readdir(dataDir);
  assert.ok(files.includes('account.db-wal'));
  for (const file of files) assert.equal((await stat(path.join(dataDir, file))).mode & 0o777, 0o600, file);
  await database.close();
  await rm(folder, { recursive: true });
});
