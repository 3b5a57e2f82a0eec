import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import rhea from 'rhea';
import { type Emulator, type FaultControl, type FaultDefinition, startServiceBusEmulator } from '../src/index.ts';
import { bodies, isEmpty, receive, receiveOne } from './support/namespace.ts';

const config = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'faults',
        Queues: [{ Name: 'q', Properties: { LockDuration: 'PT1S' } }, { Name: 'other' }],
        Topics: [{ Name: 'events', Subscriptions: [{ Name: 'all' }] }],
      },
    ],
  },
};

interface Scene extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly client: ServiceBusClient;
  readonly faults: FaultControl;
  send(queue: string, ...contents: string[]): Promise<void>;
  counts(): number[];
}

/** An emulator with these faults and a client that tries everything once. */
async function open(...faults: FaultDefinition[]): Promise<Scene> {
  const resources = new AsyncDisposableStack();
  const emulator = resources.use(await startServiceBusEmulator({ config, faults }));
  const client = new ServiceBusClient(emulator.connectionString, { retryOptions: { maxRetries: 0 } });
  resources.defer(() => client.close());
  const control = emulator.faults;
  assert.ok(control !== undefined);
  return {
    emulator,
    client,
    faults: control,
    send: (queue, ...contents) => client.createSender(queue).sendMessages(contents.map((body) => ({ body }))),
    counts: () => control.report().map((fault) => fault.strikes),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const lockLost = { code: 'MessageLockLost' };

test('deliver-twice: a receiver gets a message twice; the second settlement finds the lock gone', async () => {
  await using scene = await open({ kind: 'deliver-twice', entity: 'other', count: 1 });
  await scene.send('other', 'doubled', 'single');
  const receiver = scene.client.createReceiver('other');
  const [first, second, third] = await receive(receiver, 3);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  assert.deepEqual(bodies([first, second, third]).sort(), ['doubled', 'doubled', 'single']);
  assert.deepEqual(first.sequenceNumber, [second, third].find(({ body }) => body === 'doubled')?.sequenceNumber);
  const settled = await Promise.allSettled([first, second, third].map((message) => receiver.completeMessage(message)));
  assert.deepEqual(settled.map(({ status }) => status).sort(), ['fulfilled', 'fulfilled', 'rejected']);
  assert.ok(await isEmpty(receiver));
  assert.deepEqual(scene.counts(), [1]);
});

test('deliver-twice reaches a receiver that takes one message at a time', async () => {
  await using scene = await open({ kind: 'deliver-twice', entity: '*' });
  await scene.send('other', 'one', 'two');
  const receiver = scene.client.createReceiver('other');
  const seen: unknown[] = [];
  for (let turn = 0; turn < 4; turn++) {
    const message = await receiveOne(receiver);
    seen.push(message.body);
    await receiver.completeMessage(message).catch((error) => assert.equal(error.code, 'MessageLockLost'));
  }
  assert.deepEqual(seen, ['one', 'one', 'two', 'two']);
  assert.ok(await isEmpty(receiver));
});

for (const settle of ['over the link', 'through the management node'] as const) {
  test(`lose-settlement ${settle}: the receiver believes it, and the message comes back with its lock's end`, async () => {
    await using scene = await open({ kind: 'lose-settlement', entity: 'q', count: 1 });
    await scene.send('q', 'kept');
    const gone = scene.client.createReceiver('q');
    const message = await receiveOne(gone);
    if (settle === 'through the management node') await gone.close();
    const receiver = scene.client.createReceiver('q');
    await (gone.isClosed ? receiver : gone).completeMessage(message);
    const again = await receiveOne(receiver);
    assert.deepEqual([again.body, again.deliveryCount], ['kept', 1]);
    await receiver.completeMessage(again);
    assert.ok(await isEmpty(receiver));
    assert.deepEqual(scene.counts(), [1]);
  });
}

test('expire-lock: a message is redelivered while its first receiver still works on it', async () => {
  await using scene = await open({ kind: 'expire-lock', entity: 'other', count: 1, delayMs: 20 });
  await scene.send('other', 'raced');
  const [one, two] = [scene.client.createReceiver('other'), scene.client.createReceiver('other')];
  const first = await receiveOne(one);
  const second = await receiveOne(two);
  assert.deepEqual([second.body, second.deliveryCount], ['raced', 1]);
  await assert.rejects(one.completeMessage(first), lockLost);
  await two.completeMessage(second);
  assert.ok(await isEmpty(one));
});

test('cut-link-silently: nothing more comes on the link, no error either; a new link gets all', async () => {
  await using scene = await open({ kind: 'cut-link-silently', entity: 'other', count: 1 });
  const errors: Error[] = [];
  const seen: ServiceBusReceivedMessage[] = [];
  const dead = scene.client.createReceiver('other');
  const processMessage = async (message: ServiceBusReceivedMessage) => void seen.push(message);
  dead.subscribe({ processMessage, processError: async ({ error }) => void errors.push(error) });
  await scene.send('other', 'one', 'two');
  const alive = scene.client.createReceiver('other');
  assert.deepEqual(bodies(await receive(alive, 2)), ['one', 'two']);
  scene.faults.clear();
  await scene.send('other', 'three');
  const last = await receiveOne(alive);
  assert.deepEqual([last.body, last.deliveryCount], ['three', 0]);
  assert.deepEqual([seen, errors], [[], []]);
});

test('refuse-sends: server-busy for sends and schedules, and only there', async () => {
  await using scene = await open({ kind: 'refuse-sends', entity: 'events' });
  const busy = { code: 'ServiceBusy' };
  const sender = scene.client.createSender('events');
  await assert.rejects(sender.sendMessages({ body: 1 }), busy);
  await assert.rejects(sender.scheduleMessages({ body: 1 }, new Date(Date.now() + 60_000)), busy);
  await scene.send('other', 'passes');
  assert.deepEqual(scene.counts(), [2]);
  scene.faults.clear();
  await sender.sendMessages({ body: 'later' });
  assert.equal((await receiveOne(scene.client.createReceiver('events', 'all'))).body, 'later');
});

test('hang: sends, deliveries, settlements and requests wait until the fault ends', async () => {
  await using scene = await open();
  await scene.send('other', 'taken', 'waiting');
  const receiver = scene.client.createReceiver('other');
  const message = await receiveOne(receiver);
  scene.faults.set([{ kind: 'hang', entity: 'other' }]);
  const done: string[] = [];
  const tried = Object.entries({
    send: scene.send('other', 'late'),
    settle: receiver.completeMessage(message),
    peek: receiver.peekMessages(1),
    receive: receiveOne(scene.client.createReceiver('other')),
  }).map(([name, promise]) => promise.then(() => done.push(name)));
  while ((scene.counts()[0] ?? 0) < tried.length) await scene.send('q', 'passes');
  assert.deepEqual(done, []);
  scene.faults.clear();
  await Promise.all(tried);
  assert.deepEqual(done.sort(), ['peek', 'receive', 'send', 'settle']);
});

test('a client that goes while its answers hang harms nobody', async () => {
  await using scene = await open({ kind: 'hang', entity: 'q' });
  const { port } = scene.emulator;
  const leaving = rhea.create_container().connect({ host: '127.0.0.1', port, reconnect: false });
  const left = once(leaving, 'connection_close');
  const sender = leaving.open_sender('q');
  sender.once('sendable', () => sender.send({ body: rhea.message.data_section(Buffer.from('"left"')) }));
  while (scene.counts()[0] !== 1) await scene.send('other', 'passes');
  leaving.close();
  await left;
  scene.faults.clear();
  const receiver = scene.client.createReceiver('q');
  assert.equal((await receiveOne(receiver)).body, 'left');
});

test('slow: every answer takes its time', async () => {
  await using scene = await open();
  await scene.send('q', 'warm');
  scene.faults.set([{ kind: 'slow', entity: 'q', delayMs: 150 }]);
  const startedAtMs = performance.now();
  await scene.send('q', 'slow');
  assert.ok(performance.now() - startedAtMs >= 145);
  const receiver = scene.client.createReceiver('q');
  const [message] = await receive(receiver, 1);
  assert.ok(message !== undefined);
  await receiver.completeMessage(message);
  assert.deepEqual(scene.counts(), [3]);
});

test('disk-full: nothing is stored, senders are told so, and the broker goes on with what it had', async () => {
  await using scene = await open();
  await scene.send('other', 'before');
  const receiver = scene.client.createReceiver('other');
  const message = await receiveOne(receiver);
  scene.faults.set([{ kind: 'disk-full', entity: '*' }]);
  await assert.rejects(scene.send('other', 'refused'), { code: 'ServiceBusy' });
  await assert.rejects(receiver.completeMessage(message));
  scene.faults.clear();
  await scene.send('other', 'after');
  assert.deepEqual(bodies(await receive(receiver, 2)), ['before', 'after']);
  assert.ok(await isEmpty(receiver));
});

test('disk-full: what cannot be deleted is not received, and the receiver hears why', async () => {
  await using scene = await open();
  await scene.send('other', 'kept');
  const receiver = scene.client.createReceiver('other', { receiveMode: 'receiveAndDelete' });
  scene.faults.set([{ kind: 'disk-full', entity: '*', count: 1 }]);
  await assert.rejects(receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 }), { code: 'ServiceBusy' });
  assert.deepEqual(bodies(await receive(receiver, 1)), ['kept']);
});
