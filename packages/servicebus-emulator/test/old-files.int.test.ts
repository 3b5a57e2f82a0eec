import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ServiceBusClient } from '@azure/service-bus';
import { startServiceBusEmulator } from '../src/index.ts';
import { receive } from './support/namespace.ts';
import { encode } from './support/samples.ts';
import { createTemporaryFolder } from './support/temporary-folder.ts';

/** What earlier releases have written: never to be changed. */
const firstVersion = `
  CREATE TABLE entities (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, last_sequence_number INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE messages (
    key INTEGER PRIMARY KEY, state INTEGER NOT NULL, delivery_count INTEGER NOT NULL,
    enqueued_sequence_number INTEGER NOT NULL, enqueued_at_ms INTEGER NOT NULL, expires_at_ms INTEGER,
    scheduled_at_ms INTEGER NOT NULL, dead_letter_source TEXT, durable INTEGER NOT NULL, priority INTEGER NOT NULL,
    time_to_live_ms INTEGER, annotations BLOB, bare BLOB NOT NULL
  ) STRICT;
  CREATE TABLE remembered_ids (
    entity_id INTEGER NOT NULL, message_id TEXT NOT NULL, until_ms INTEGER NOT NULL,
    PRIMARY KEY (entity_id, message_id)
  ) STRICT, WITHOUT ROWID;
`;
const secondVersion = `
  ALTER TABLE messages ADD COLUMN session_id TEXT;
  ALTER TABLE messages ADD COLUMN hops INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX messages_by_session ON messages (session_id, key) WHERE session_id IS NOT NULL;
  CREATE TABLE session_states (
    entity_id INTEGER NOT NULL, session_id TEXT NOT NULL, state BLOB NOT NULL, written_at_ms INTEGER NOT NULL,
    PRIMARY KEY (entity_id, session_id)
  ) STRICT;
`;

const config = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'ns',
        Queues: [
          {
            Name: 'plain',
            Properties: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT1H' },
          },
          { Name: 'sessions', Properties: { RequiresSession: true } },
        ],
      },
    ],
  },
};
const entities = ['plain', 'plain/$deadletterqueue', 'sessions', 'sessions/$deadletterqueue'];
const [plainId, sessionsId] = [1, 3];
const state = { active: 0, deferred: 1 };

interface Row {
  readonly entityId: number;
  readonly number: number;
  readonly text: string;
  readonly state?: number;
  readonly sessionId?: string;
}

/** A file as the release with this version of the tables left it. */
function writeFile(file: string, version: 1 | 2, rows: readonly Row[]): void {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = WAL; ${firstVersion}${version === 2 ? secondVersion : ''}`);
  database.exec(`PRAGMA user_version = ${version}`);
  const addEntity = database.prepare('INSERT INTO entities (path, last_sequence_number) VALUES (?, ?)');
  for (const entity of entities) addEntity.run(entity, 10);
  for (const row of rows) insert(database, version, row);
  const [now, later] = [Date.now(), Date.now() + 3_600_000];
  database.prepare('INSERT INTO remembered_ids VALUES (?, ?, ?)').run(plainId, 'remembered', later);
  if (version === 2)
    database.prepare('INSERT INTO session_states VALUES (?, ?, ?, ?)').run(sessionsId, 'a', Buffer.from('left'), now);
  database.close();
}

function insert(database: DatabaseSync, version: 1 | 2, row: Row): void {
  const bare = encode({ body: row.text, message_id: row.text, group_id: row.sessionId });
  const values = [row.entityId * 2 ** 36 + row.number, row.state ?? state.active, 2, row.number, Date.now()];
  const rest = [null, 0, null, 1, 4, null, null, bare, ...(version === 2 ? [row.sessionId ?? null, 0] : [])];
  const places = [...values, ...rest].map(() => '?').join(', ');
  database.prepare(`INSERT INTO messages VALUES (${places})`).run(...values, ...rest);
}

async function openFile(file: string) {
  const resources = new AsyncDisposableStack();
  const emulator = resources.use(await startServiceBusEmulator({ config, dataFile: file }));
  const client = new ServiceBusClient(emulator.connectionString, { retryOptions: { maxRetries: 0 } });
  resources.defer(() => client.close());
  const counts = (name: string) => emulator.status().entities.find((entity) => entity.name === name);
  return { client, counts, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

async function sendToSession(client: ServiceBusClient, sessionId: string, body: string): Promise<void> {
  await client.createSender('sessions').sendMessages({ body, sessionId });
}

for (const version of [1, 2] as const) {
  test(`messages in a file of version ${version} are received`, async () => {
    await using folder = await createTemporaryFolder();
    const file = path.join(folder.path, 'broker.db');
    const rows = [
      { entityId: plainId, number: 9, text: 'first' },
      { entityId: plainId, number: 10, text: 'second' },
      { entityId: plainId, number: 8, text: 'put aside', state: state.deferred },
    ];
    writeFile(file, version, rows);
    // Twice: what was brought up to date once is as good as new.
    for (const expected of ['first', 'second']) {
      await using opened = await openFile(file);
      const { client } = opened;
      const receiver = client.createReceiver('plain');
      const [message] = await receive(receiver, 1);
      assert.ok(message);
      assert.equal(message.body, expected);
      assert.equal(message.deliveryCount, 2);
      await receiver.completeMessage(message);
    }
    await using opened = await openFile(file);
    const { client, counts } = opened;
    const sender = client.createSender('plain');
    await sender.sendMessages([{ body: 'again', messageId: 'remembered' }]);
    await sender.sendMessages({ body: 'new' });
    const receiver = client.createReceiver('plain');
    const [message] = await receive(receiver, 1);
    assert.equal(message?.body, 'new');
    assert.equal(String(message?.sequenceNumber), '12', 'the number of the duplicate is gone');
    assert.equal(counts('plain')?.deferred, 1);
    await sendToSession(client, 'b', 'in a session');
    const session = await client.acceptSession('sessions', 'b');
    assert.deepEqual(
      (await receive(session, 1)).map(({ body }) => body),
      ['in a session'],
    );
    await session.setSessionState('new');
    assert.equal(String(await session.getSessionState()), 'new');
  });
}

test('sessions in a file of version 2 go on where they were', async () => {
  await using folder = await createTemporaryFolder();
  const file = path.join(folder.path, 'broker.db');
  const texts = ['one', 'two'];
  const rows = texts.map((text, index) => ({ entityId: sessionsId, number: 5 + index, text, sessionId: 'a' }));
  writeFile(file, 2, rows);
  await using opened = await openFile(file);
  const { client } = opened;
  await sendToSession(client, 'a', 'three');
  const session = await client.acceptNextSession('sessions');
  assert.equal(session.sessionId, 'a');
  assert.equal(String(await session.getSessionState()), 'left');
  assert.deepEqual(
    (await receive(session, 3)).map(({ body }) => body),
    ['one', 'two', 'three'],
  );
});
