import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestSystem } from './test-system.ts';

const pageBytes = 4096;
const largestBytes = 256 * 1024;

/**
 * Fills a service's store up to the bound that the service was given, from outside, while it runs. Disposing of it makes
 * room again.
 */
export function fillStore({ dataDir }: TestSystem, service: string, bytesMax: number): Disposable {
  const database = new DatabaseSync(path.join(dataDir, service, `${service}.db`), { timeout: 10_000 });
  database.exec(`PRAGMA max_page_count = ${Math.floor(bytesMax / pageBytes)}`);
  database.exec('CREATE TABLE filler (content BLOB)');
  for (let bytes = largestBytes; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    while (fits(database, bytes));
  }
  return {
    [Symbol.dispose]() {
      database.exec('DROP TABLE filler');
      database.close();
    },
  };
}

function fits(database: DatabaseSync, bytes: number): boolean {
  try {
    database.prepare('INSERT INTO filler VALUES (zeroblob(?))').run(bytes);
    return true;
  } catch (error) {
    if (!/full/.test((error as Error).message)) throw error;
    return false;
  }
}
