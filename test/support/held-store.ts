import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestSystem } from './test-system.ts';

/** Keeps a service from writing, as a long transaction of another process would, until disposed of: what it has to write, it has in hand. */
export function holdStore({ dataDir }: TestSystem, service: string): Disposable {
  const database = new DatabaseSync(path.join(dataDir, service, `${service}.db`), { timeout: 10_000 });
  database.exec('BEGIN IMMEDIATE');
  return { [Symbol.dispose]: () => database.isOpen && database.close() };
}
