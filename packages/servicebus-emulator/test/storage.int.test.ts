import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { bytesOf } from '../src/core/message.ts';
import { SqliteStore } from '../src/storage/sqlite-store.ts';
import { content, message } from './support/samples.ts';
import { createTemporaryFolder } from './support/temporary-folder.ts';

const body = content({ durable: true, priority: 9, ttl: 7, message_annotations: { a: 1 } });
const stored = message({
  sequenceNumber: 2 ** 35,
  enqueuedSequenceNumber: 4,
  enqueuedAtMs: 1_700_000_000_000,
  scheduledAtMs: 1_700_000_001_000,
  deadLetterSource: 'source',
  state: 'scheduled',
  deliveryCount: 3,
  bytes: bytesOf(body),
});

const messagesOf = (store: SqliteStore, path: string) => [...store.readRecord(path).messages];

test('a message comes back as it was written', async () => {
  await using folder = await createTemporaryFolder();
  const file = path.join(folder.path, 'deep', 'broker.db');
  const first = new SqliteStore(file);
  const { id } = first.readRecord('Orders');
  const other = first.readRecord('other');
  first.insert(id, stored, body);
  first.insert(other.id, { ...stored, sequenceNumber: 1, expiresAtMs: 5 }, body);
  first.advance(id, stored.sequenceNumber);
  first.remember(id, 'late', 2);
  first.remember(id, 'early', 1);
  first.commit();
  first.close();
  const second = new SqliteStore(file);
  const record = second.readRecord('orders');
  assert.deepEqual([...record.messages], [{ ...stored, turn: 0 }]);
  assert.partialDeepStrictEqual(record, {
    id,
    lastSequenceNumber: stored.sequenceNumber,
    remembered: [
      { messageId: 'early', untilMs: 1 },
      { messageId: 'late', untilMs: 2 },
    ],
  });
  assert.deepEqual(second.read(id, stored.sequenceNumber), body);
  assert.deepEqual([...second.readFrom(id, 0, 9)], [{ ...stored, turn: 0, content: body }]);
  assert.equal(messagesOf(second, 'other')[0]?.expiresAtMs, 5);
  second.close();
});

test('contents that are not in memory are read from the file, whatever became of their neighbours', () => {
  const store = new SqliteStore(':memory:', { cacheBytesMax: 0 });
  const { id } = store.readRecord('q');
  const numbers = Array.from({ length: 200 }, (_, index) => index + 1);
  const write = (sequenceNumber: number, subject: string) => {
    store.remove(id, sequenceNumber);
    store.insert(id, { ...stored, sequenceNumber }, content({ subject }));
  };
  for (const number of numbers) write(number, `first ${number}`);
  assert.deepEqual(store.read(id, 1), content({ subject: 'first 1' }));
  for (const number of [3, 100]) store.rewrite(id, number, content({ subject: `second ${number}` }));
  store.remove(id, 2);
  for (const number of numbers) {
    const found =
      number === 2 ? undefined : content({ subject: `${[3, 100].includes(number) ? 'second' : 'first'} ${number}` });
    if (found === undefined) assert.throws(() => store.read(id, number), { code: 'storage-failed' });
    else assert.deepEqual(store.read(id, number), found);
  }
  store.close();
});

test('a turn with a change that fails leaves nothing behind', () => {
  const store = new SqliteStore(':memory:');
  const { id } = store.readRecord('q');
  store.insert(id, stored, body);
  store.insert(id, stored, body);
  store.remember(id, 'after', 1);
  assert.throws(() => store.commit(), { code: 'storage-failed' });
  assert.deepEqual(messagesOf(store, 'q'), []);
  store.insert(id, stored, body);
  store.commit();
  assert.equal(messagesOf(store, 'q').length, 1);
  store.close();
});

test('an entity that is made again holds nothing of the one before, also where it gets its number', () => {
  const store = new SqliteStore(':memory:');
  const { id } = store.readRecord('q');
  store.insert(id, stored, body);
  store.advance(id, stored.sequenceNumber);
  store.remember(id, 'known', 1);
  store.writeSessionState(id, 's', Buffer.from('state'), 1);
  store.commit();
  store.dropRecord('Q');
  store.commit();
  const { messages, ...again } = store.readRecord('q');
  assert.deepEqual(again, { id, lastSequenceNumber: 0, stateBytes: 0, remembered: [] });
  assert.deepEqual([...messages], []);
  assert.equal(store.readSessionState(id, 's'), undefined);
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
