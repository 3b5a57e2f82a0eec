import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { outboxMigration } from '@dronedelivery/service-kit/outbox';
import { type Database, openDatabase } from '@dronedelivery/service-kit/sqlite';
import { deliverySchema } from '../../src/adapters/sqlite/schema.ts';

export interface TestFolder extends AsyncDisposable {
  readonly path: string;
}

export async function temporaryFolder(): Promise<TestFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'delivery-test-'));
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

export function openTestDatabase(folder: string): Promise<Database> {
  return openDatabase({ file: path.join(folder, 'delivery.db'), migrations: [deliverySchema, outboxMigration] });
}
