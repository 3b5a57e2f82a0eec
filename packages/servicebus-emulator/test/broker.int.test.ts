import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { Broker } from '../src/broker/broker.ts';
import { parseConfig } from '../src/config/parse-config.ts';
import { memorySync } from '../src/storage/log-sync.ts';
import { SqliteStore } from '../src/storage/sqlite-store.ts';
import { ManualClock } from './support/manual-clock.ts';
import { arrival, content } from './support/samples.ts';
import { createTemporaryFolder } from './support/temporary-folder.ts';

const definition = parseConfig({
  UserConfig: { Namespaces: [{ Queues: [{ Name: 'q', Properties: { RequiresDuplicateDetection: true } }] }] },
});

/** A store whose disk can be full. */
class FullStore extends SqliteStore {
  full = false;

  override commit(): boolean {
    if (this.full) {
      // Twice the same row: the statement fails as one on a full disk would.
      const { id, messages } = this.readRecord('q');
      for (const message of [...messages]) this.insert(id, message, content());
    }
    return super.commit();
  }
}

function create(store = new FullStore(':memory:')) {
  const broker = new Broker(definition, store, new ManualClock(0), () => Buffer.alloc(16, 1));
  const queue = broker.findSource('q');
  const send = (messageId: string) =>
    new Promise<string>((resolve) => {
      broker.send(queue, [arrival({ message_id: messageId })]);
      broker.whenDurable((failure) => resolve(failure?.code ?? 'durable'));
    });
  return { store, broker, queue, send };
}

test('a turn that cannot be stored is refused, and memory goes back to what is durable', async () => {
  const { store, broker, queue, send } = create();
  assert.equal(await send('kept'), 'durable');
  store.full = true;
  assert.deepEqual(await Promise.all([send('lost'), send('lost too')]), ['storage-failed', 'storage-failed']);
  assert.equal(queue.counts.active, 1);
  const held = queue.lockNext(0);
  assert.equal(held?.sequenceNumber, 1);
  store.full = false;
  assert.equal(await send('lost'), 'durable', 'it is no duplicate: it was never accepted');
  assert.equal(queue.counts.active, 2);
  broker.stop();
  assert.equal([...store.readRecord('q').messages].length, 2);
  store.close();
});

test('what is in hand when it stops is durable and answered', async () => {
  const { store, broker, send } = create();
  const sent = send('last');
  broker.stop();
  assert.equal(await sent, 'durable');
  assert.equal([...store.readRecord('q').messages].length, 1);
  store.close();
});

test('when the disk has lost what it took, nothing is promised until a new start reads what is left', async () => {
  await using folder = await createTemporaryFolder();
  const file = path.join(folder.path, 'broker.db');
  const told: Error[] = [];
  let lost: Error | undefined;
  const start: typeof memorySync.start = (end) => queueMicrotask(() => end(lost));
  const openLog = () => ({ ...memorySync, start });
  const first = create(new FullStore(file, { openLog, onBroken: (error) => told.push(error) }));
  assert.equal(await first.send('kept'), 'durable');
  lost = new Error('EIO');
  assert.equal(await first.send('doubtful'), 'storage-failed');
  lost = undefined;
  assert.equal(await first.send('refused'), 'storage-failed');
  assert.equal(told.length, 1);
  first.broker.stop();
  first.store.close();
  const second = create(new FullStore(file));
  assert.equal(await second.send('refused'), 'durable', 'it is no duplicate: it was never accepted');
  assert.equal(second.queue.counts.active, 3);
  second.broker.stop();
  second.store.close();
});
