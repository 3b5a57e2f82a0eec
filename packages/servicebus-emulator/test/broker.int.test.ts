import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { Broker } from '../src/broker/broker.ts';
import { parseConfig } from '../src/config/parse-config.ts';
import { memorySync } from '../src/storage/log-sync.ts';
import { SqliteStore } from '../src/storage/sqlite-store.ts';
import { FakeConsumer } from './support/fake-consumer.ts';
import { ManualClock } from './support/manual-clock.ts';
import { arrival, content } from './support/samples.ts';
import { createTemporaryFolder } from './support/temporary-folder.ts';

const definition = parseConfig({
  UserConfig: {
    Namespaces: [{ Queues: [{ Name: 'q', Properties: { RequiresDuplicateDetection: true } }, { Name: 'other' }] }],
  },
});

/** A store whose disk can be full. */
class FullStore extends SqliteStore {
  full = false;
  /** For one commit. */
  fullOnce = false;

  override commit(): boolean {
    const full = this.full || this.fullOnce;
    this.fullOnce = false;
    if (full) {
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

const nextTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

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

test('a turn that cannot be stored changes nothing for the entities that it does not speak of', async () => {
  const { store, broker, send } = create();
  const other = broker.findSource('other');
  broker.send(other, [arrival(), arrival()]);
  await send('kept');
  const held = other.lockNext(0);
  const reads: string[] = [];
  const readRecord = store.readRecord.bind(store);
  store.readRecord = (name) => {
    reads.push(name);
    return readRecord(name);
  };
  store.full = true;
  assert.equal(await send('lost'), 'storage-failed');
  store.full = false;
  assert.ok(!reads.includes('other'));
  other.complete(held?.lock?.token ?? Buffer.alloc(0), 0);
  assert.equal(other.counts.active, 1);
  broker.stop();
  assert.equal([...readRecord('other').messages].length, 1);
  store.close();
});

test('what was locked or buried in a turn that is lost lies where it was', async () => {
  const { store, broker, send } = create();
  const other = broker.findSource('other');
  const tokenOf = () => other.lockNext(0)?.lock?.token ?? Buffer.alloc(0);
  broker.send(other, [arrival(), arrival()]);
  assert.equal(await send('kept'), 'durable');
  other.defer(tokenOf(), 0);
  assert.equal(await send('kept too'), 'durable');
  other.lockDeferred([1], 0);
  store.full = true;
  assert.equal(await send('lost'), 'storage-failed');
  assert.equal(other.lockDeferred([1], 0).length, 1, 'nobody has heard of the lock');
  other.deadLetter(tokenOf(), 0, { reason: 'test', description: undefined, changes: new Map() });
  assert.equal(await send('lost too'), 'storage-failed');
  assert.deepEqual(other.counts, { active: 1, deferred: 1, scheduled: 0, deadLettered: 0 });
  store.full = false;
  broker.stop();
  store.close();
});

test('an entity that is made beside a turn that is lost has an id of its own', () => {
  const { store, broker, queue } = create();
  const options = queue.options;
  broker.send(queue, [arrival({ message_id: 'kept' })]);
  store.commit();
  broker.send(queue, [arrival({ message_id: 'lost' })]);
  store.fullOnce = true;
  const made = ['new', 'newer'].map((name) => broker.administration.createQueue({ name, options }).id);
  assert.equal(new Set([queue.id, broker.findSource('other').id, ...made]).size, 4);
  assert.equal(queue.counts.active, 1);
  broker.stop();
  store.close();
});

test('nobody gets a message before it lies on the disk; one that lies there does not wait for others', async () => {
  await using folder = await createTemporaryFolder();
  const syncs: (() => void)[] = [];
  const start: typeof memorySync.start = (end) => syncs.push(() => end(undefined));
  const file = path.join(folder.path, 'broker.db');
  const { store, broker, queue, send } = create(new FullStore(file, { openLog: () => ({ ...memorySync, start }) }));
  const consumer = new FakeConsumer(queue, 1);
  broker.subscribe(consumer);
  const sent = [send('first'), send('second')];
  await nextTurn();
  assert.deepEqual([syncs.length, consumer.got], [1, []]);
  syncs[0]?.();
  await Promise.all(sent);
  assert.deepEqual(consumer.got, [1]);
  const third = send('third');
  await nextTurn();
  assert.equal(syncs.length, 2);
  consumer.room = 2;
  broker.touch(queue);
  await nextTurn();
  assert.deepEqual(consumer.got, [1, 2], 'while the third is on its way');
  syncs[1]?.();
  await third;
  assert.deepEqual(consumer.got, [1, 2, 3]);
  broker.stop();
  store.close();
});

test('what is made durable for somebody who cannot wait is handed out too', async () => {
  const { store, broker, queue } = create();
  const consumer = new FakeConsumer(queue, 1);
  broker.subscribe(consumer);
  broker.send(queue, [arrival()]);
  broker.administration.createQueue({ name: 'new', options: queue.options });
  await nextTurn();
  assert.deepEqual(consumer.got, [1]);
  broker.stop();
  store.close();
});

test('a receiver that deletes hears when the removal cannot be stored; the message goes to the next', async () => {
  const disk = { isFull: false };
  const beforeCommit = () => assert.ok(!disk.isFull);
  const { store, broker, queue, send } = create(new FullStore(':memory:', { beforeCommit }));
  assert.equal(await send('kept'), 'durable');
  disk.isFull = true;
  const [failing, next] = [1, 1].map((room) => new FakeConsumer(queue, room, 'receive-and-delete'));
  assert.ok(failing !== undefined && next !== undefined);
  broker.subscribe(failing);
  await nextTurn();
  assert.deepEqual([failing.got, failing.failures, queue.counts.active], [[], ['storage-failed'], 1]);
  disk.isFull = false;
  broker.subscribe(next);
  await nextTurn();
  assert.deepEqual([failing.got, next.got, queue.counts.active], [[], [1], 0]);
  broker.stop();
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
