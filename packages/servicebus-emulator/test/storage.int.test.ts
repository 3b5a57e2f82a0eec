import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Message } from '../src/core/message.ts';
import { SqliteStore } from '../src/storage/sqlite-store.ts';
import { content } from './support/samples.ts';
import { createTemporaryFolder } from './support/temporary-folder.ts';

const message: Message = {
  sequenceNumber: 2 ** 35,
  enqueuedSequenceNumber: 4,
  enqueuedAtMs: 1_700_000_000_000,
  expiresAtMs: Number.POSITIVE_INFINITY,
  scheduledAtMs: 1_700_000_001_000,
  deadLetterSource: 'source',
  state: 'scheduled',
  deliveryCount: 3,
  content: content({ durable: true, priority: 9, ttl: 7, message_annotations: { a: 1 } }),
  lock: undefined,
  removed: false,
};

const messagesOf = (store: SqliteStore, path: string) => [...store.readRecord(path).messages];

test('a message comes back as it was written', async () => {
  await using folder = await createTemporaryFolder();
  const file = path.join(folder.path, 'deep', 'broker.db');
  const first = new SqliteStore(file);
  const { id } = first.readRecord('Orders');
  const other = first.readRecord('other');
  first.insert(id, message);
  first.insert(other.id, { ...message, sequenceNumber: 1, expiresAtMs: 5 });
  first.advance(id, message.sequenceNumber);
  first.remember(id, 'late', 2);
  first.remember(id, 'early', 1);
  first.commit();
  first.close();
  const second = new SqliteStore(file);
  const record = second.readRecord('orders');
  assert.deepEqual([...record.messages], [message]);
  assert.partialDeepStrictEqual(record, {
    id,
    lastSequenceNumber: message.sequenceNumber,
    remembered: [
      { messageId: 'early', untilMs: 1 },
      { messageId: 'late', untilMs: 2 },
    ],
  });
  assert.deepEqual(second.sequenceNumbersFrom(id, 0, 9), [message.sequenceNumber]);
  assert.equal(messagesOf(second, 'other')[0]?.expiresAtMs, 5);
  second.close();
});

test('a turn with a change that fails leaves nothing behind', () => {
  const store = new SqliteStore(':memory:');
  const { id } = store.readRecord('q');
  store.insert(id, message);
  store.insert(id, message);
  store.remember(id, 'after', 1);
  assert.throws(() => store.commit(), { code: 'storage-failed' });
  assert.deepEqual(messagesOf(store, 'q'), []);
  store.insert(id, message);
  store.commit();
  assert.equal(messagesOf(store, 'q').length, 1);
  store.close();
});

test('a file that is in use, of a newer version or no database is refused', async () => {
  await using folder = await createTemporaryFolder();
  const file = path.join(folder.path, 'broker.db');
  const refused = { code: 'storage-failed' };
  const store = new SqliteStore(file);
  assert.throws(() => new SqliteStore(file), refused);
  store.close();
  const database = new DatabaseSync(file);
  database.exec('PRAGMA user_version = 99');
  database.close();
  assert.throws(() => new SqliteStore(file), refused);
  assert.throws(() => new SqliteStore(folder.path), refused);
});
