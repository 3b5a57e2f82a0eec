import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ServiceBusClient } from '@azure/service-bus';
import { startServiceBusEmulator } from '../src/index.ts';
import { SqliteStore } from '../src/storage/sqlite-store.ts';
import { createRandom } from './support/random.ts';
import { content, message } from './support/samples.ts';
import { createFastFolder } from './support/temporary-folder.ts';

const config = { UserConfig: { Namespaces: [{ Name: 'ns', Queues: [{ Name: 'q' }] }] } };
const megabyte = 1024 * 1024;

test('a full store refuses sends for now, lets messages be completed, and recovers', async () => {
  const told: (string | undefined)[] = [];
  const onRoom = (reason: string | undefined) => told.push(reason);
  await using emulator = await startServiceBusEmulator({ config, storeBytesMax: 2 * megabyte, onRoom });
  const client = new ServiceBusClient(emulator.connectionString, { retryOptions: { maxRetries: 0 } });
  const sender = client.createSender('q');
  const receiver = client.createReceiver('q');
  const body = 'x'.repeat(50_000);
  let sent = 0;
  const fill = async () => {
    for (;;) {
      await sender.sendMessages({ body });
      sent++;
    }
  };
  await assert.rejects(fill(), { code: 'ServiceBusy', retryable: true });
  assert.equal(emulator.status().storeFull, true);
  assert.equal(told.length, 1);
  for (let completed = 0; completed < 10; ) {
    const messages = await receiver.receiveMessages(5, { maxWaitTimeInMs: 5_000 });
    for (const received of messages) await receiver.completeMessage(received);
    completed += messages.length;
  }
  assert.equal(emulator.status().storeFull, false);
  assert.deepEqual(told.slice(1), [undefined]);
  await sender.sendMessages({ body });
  const left = emulator.status().entities[0]?.active ?? 0;
  assert.ok(left <= sent - 9 && left > 0);
  await client.close();
});

/** A file with messages in it and nothing in its log. */
function fill(file: string, count: number): void {
  const store = new SqliteStore(file);
  const { id } = store.readRecord('q');
  for (let sequenceNumber = 1; sequenceNumber <= count; sequenceNumber++)
    store.insert(id, message({ sequenceNumber }), content({ subject: 'x'.repeat(500) }));
  store.commit();
  store.close();
}

test('a damaged file is refused, with its name and what to do', async () => {
  await using folder = await createFastFolder();
  const file = path.join(folder.path, 'broker.db');
  const damage: readonly ((bytes: Buffer) => Buffer)[] = [
    (bytes) => Buffer.alloc(bytes.length, 'garbage'),
    (bytes) => bytes.fill(0xff, bytes.length - 4_096),
    (bytes) => bytes.fill(0, bytes.length - 4_096),
    (bytes) => bytes.subarray(0, bytes.length - 4_096),
  ];
  for (const apply of damage) {
    fill(file, 200);
    writeFileSync(file, apply(readFileSync(file)));
    await assert.rejects(startServiceBusEmulator({ config, dataFile: file }), (error: Error) => {
      assert.match(error.message, /broker\.db cannot be used: .+It is damaged: put back a copy of it, or move it/);
      return true;
    });
    for (const suffix of ['', '-wal']) writeFileSync(file + suffix, '');
  }
});

test('a log that was torn anywhere gives back whole turns, the first ones', async () => {
  await using folder = await createFastFolder();
  const [file, torn] = [path.join(folder.path, 'a.db'), path.join(folder.path, 'b.db')];
  const turns = 20;
  const store = new SqliteStore(file);
  const { id } = store.readRecord('q');
  for (let turn = 0; turn < turns; turn++) {
    for (const sequenceNumber of [2 * turn + 1, 2 * turn + 2]) store.insert(id, message({ sequenceNumber }), content());
    store.commit();
  }
  const random = createRandom(3);
  const seen = new Set<number>();
  for (let round = 0; round < 60; round++) {
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, torn + suffix);
    truncateSync(`${torn}-wal`, random.below(statSync(`${file}-wal`).size));
    const reopened = new SqliteStore(torn);
    const numbers = [...reopened.readRecord('q').messages].map(({ sequenceNumber }) => sequenceNumber);
    assert.equal(numbers.length % 2, 0, 'half of a turn is there');
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, index) => index + 1),
    );
    seen.add(numbers.length);
    reopened.close();
  }
  store.close();
  assert.ok(seen.size > 5);
});
