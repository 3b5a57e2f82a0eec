import path from 'node:path';
import { outboxMigration } from '@dronedelivery/service-kit/outbox';
import { type Database, openDatabase } from '@dronedelivery/service-kit/sqlite';
import { deliverySchema } from '../../src/adapters/sqlite/schema.ts';

export function openTestDatabase(folder: string): Promise<Database> {
  return openDatabase({ file: path.join(folder, 'delivery.db'), migrations: [deliverySchema, outboxMigration] });
}
