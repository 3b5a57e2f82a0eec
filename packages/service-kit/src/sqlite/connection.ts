import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Clock, pause } from '../clock.ts';
import type { DatabaseOptions } from './database.ts';
import { isBusy } from './sqlite-errors.ts';

const busyTimeoutMsDefault = 10;
const busyTimeoutMsMax = 100;
const openLimitMs = 10_000;
const pauseMsMax = 100;
const journalBytesMax = 64 * 1024 * 1024;
/** Written back to the file this rarely, a page that changes again and again is written back once: 32 MB. */
const checkpointPages = 8192;
/** Of pages in memory, as far as they are used: what is in flight is read and changed several times. */
const cacheKib = 16 * 1024;

/** Several processes may open, switch to the write-ahead log and migrate at once: whoever is refused tries again. */
export async function openConnection(
  { file, migrations, bytesMax, busyTimeoutMs = busyTimeoutMsDefault }: DatabaseOptions,
  clock: Clock,
  random: () => number,
): Promise<DatabaseSync> {
  if (busyTimeoutMs > busyTimeoutMsMax) throw new RangeError(`busyTimeoutMs is at most ${busyTimeoutMsMax}`);
  if (file !== ':memory:') mkdirSync(path.dirname(file), { recursive: true });
  const connection = new DatabaseSync(file, { timeout: busyTimeoutMs });
  const startedAtMs = clock.now();
  for (;;) {
    try {
      configure(connection);
      migrate(connection, migrations, file);
      if (bytesMax !== undefined) limitSize(connection, bytesMax);
      return connection;
    } catch (error) {
      if (!isBusy(error) || clock.now() - startedAtMs > openLimitMs) {
        connection.close();
        throw error;
      }
      await pause(clock, 1 + random() * pauseMsMax);
    }
  }
}

function configure(connection: DatabaseSync): void {
  connection.exec('PRAGMA journal_mode = WAL');
  connection.exec('PRAGMA synchronous = FULL');
  connection.exec('PRAGMA foreign_keys = ON');
  connection.exec(`PRAGMA journal_size_limit = ${journalBytesMax}`);
  connection.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
  connection.exec(`PRAGMA cache_size = -${cacheKib}`);
}

/** Below what the file has already, SQLite takes its present size as the limit. */
function limitSize(connection: DatabaseSync, bytesMax: number): void {
  const pageBytes = Number(connection.prepare('PRAGMA page_size').get()?.page_size);
  connection.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytesMax / pageBytes))}`);
}

function migrate(connection: DatabaseSync, migrations: readonly string[], file: string): void {
  if (versionOf(connection) === migrations.length) return;
  connection.exec('BEGIN IMMEDIATE');
  try {
    // Read again under the lock: another process may have been faster.
    const version = versionOf(connection);
    if (version > migrations.length) throw new Error(`${file} was written by a newer release (schema ${version})`);
    for (const migration of migrations.slice(version)) connection.exec(migration);
    connection.exec(`PRAGMA user_version = ${migrations.length}`);
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(connection: DatabaseSync): number {
  return Number(connection.prepare('PRAGMA user_version').get()?.user_version);
}
