import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process uses the data folder. */
export class AlreadyRunningError extends Error {}

/**
 * Holds a data folder for this process until disposal or death. The lock is SQLite's own, which the operating system
 * gives up with the process: a pid file would outlive a crash, and a pid may come to belong to somebody else.
 *
 * @throws AlreadyRunningError when another process holds it.
 */
export function lockDataFolder(dataDir: string): Disposable {
  const database = new DatabaseSync(path.join(dataDir, 'instance.lock'), { timeout: 0 });
  const holderFile = path.join(dataDir, 'instance.pid');
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch {
    database.close();
    throw new AlreadyRunningError(`A system is running on ${dataDir} already${holder(holderFile)}.`);
  }
  writeFileSync(holderFile, String(process.pid));
  return { [Symbol.dispose]: () => database.close() };
}

function holder(file: string): string {
  try {
    return ` (pid ${readFileSync(file, 'utf8')})`;
  } catch {
    return '';
  }
}
