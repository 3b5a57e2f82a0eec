import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';
import rhea from 'rhea';
import { frames, type InnerSender, type InnerSession } from '../src/amqp/rhea-internals.ts';
import { startServiceBusEmulator } from '../src/index.ts';
import { ManualClock } from './support/manual-clock.ts';
import { bodies, isEmpty, receive, receiveOne } from './support/namespace.ts';

const tiny = { Name: 'tiny', Properties: { MaxMessageCount: 3 } };
const rule = { Name: 'r', Properties: { FilterType: 'Sql', SqlFilter: { SqlExpression: "a = 'b'" } } };
const topic = { Name: 't', Subscriptions: [{ Name: 'all' }, { Name: 'some', Rules: [rule] }] };
const queues = [{ Name: 'q' }, { Name: 'wide' }, tiny];
const config = { UserConfig: { Namespaces: [{ Name: 'ns', Queues: queues, Topics: [topic] }] } };

const amqpHeader = Buffer.from('AMQP\x00\x01\x00\x00', 'latin1');
const saslHeader = Buffer.from('AMQP\x03\x01\x00\x00', 'latin1');

/** Sends bytes and waits until the broker hangs up. */
async function sendUntilCut(port: number, ...chunks: Buffer[]): Promise<void> {
  const socket: Socket = connect(port, '127.0.0.1');
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  // A reset is as good an end as a close.
  socket
    .on('error', () => undefined)
    .on('close', () => resolve())
    .resume();
  for (const chunk of chunks) socket.write(chunk);
  await closed;
}

suite('the broker stands', () => {
  test('bytes that are no AMQP', async () => {
    const faults: Error[] = [];
    await using emulator = await startServiceBusEmulator({ config, onConnectionFault: (error) => faults.push(error) });
    const size = Buffer.alloc(4);
    size.writeUInt32BE(0x7fffffff);
    const garbage = Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 31) % 251));
    await sendUntilCut(emulator.port, Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await sendUntilCut(emulator.port, amqpHeader, size, Buffer.from([2, 0, 0, 0]));
    await sendUntilCut(emulator.port, amqpHeader, Buffer.alloc(64));
    await sendUntilCut(emulator.port, saslHeader, garbage);
    assert.equal(faults.length, 4);
    await roundTrip(emulator.connectionString);
    while (emulator.status().connections > 0) await setImmediate();
  });

  test('more connections than it takes', async () => {
    await using emulator = await startServiceBusEmulator({ config, limits: { connectionsMax: 2 } });
    const sockets = [connect(emulator.port, '127.0.0.1'), connect(emulator.port, '127.0.0.1')];
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    await sendUntilCut(emulator.port, saslHeader);
    for (const socket of sockets) socket.destroy();
    await Promise.all(sockets.map((socket) => once(socket, 'close')));
  });

  test('clients that never finish their greeting', async () => {
    await using emulator = await startServiceBusEmulator({ config, limits: { handshakeTimeoutMs: 50 } });
    await sendUntilCut(emulator.port);
    await sendUntilCut(emulator.port, saslHeader);
    await sendUntilCut(emulator.port, amqpHeader);
  });

  test('a receiver that never settles', async () => {
    const clock = new ManualClock(Date.now());
    await using emulator = await startServiceBusEmulator({ config, clock, limits: { unsettledPerSessionMax: 5 } });
    const client = new ServiceBusClient(emulator.connectionString);
    await client.createSender('wide').sendMessages(Array.from({ length: 10 }, (_, body) => ({ body })));
    const receiver = client.createReceiver('wide', { maxAutoLockRenewalDurationInMs: 0 });
    const messages = await receiver.receiveMessages(10, { maxWaitTimeInMs: 500 });
    assert.equal(messages.length, 5);
    for (const message of messages) await receiver.completeMessage(message);
    assert.equal((await receiver.receiveMessages(10, { maxWaitTimeInMs: 500 })).length, 5);
    clock.advance(60_000);
    assert.equal((await receiver.receiveMessages(10, { maxWaitTimeInMs: 500 })).length, 5, 'lost locks make room');
    await client.close();
  });

  test('a queue that is full, whole batches refused', async () => {
    await using emulator = await startServiceBusEmulator({ config });
    const client = new ServiceBusClient(emulator.connectionString, { retryOptions: { maxRetries: 0 } });
    const sender = client.createSender('tiny');
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    await assert.rejects(sender.sendMessages([{ body: 3 }, { body: 4 }]), { code: 'QuotaExceeded' });
    await sender.sendMessages({ body: 3 });
    assert.deepEqual(bodies(await receive(client.createReceiver('tiny'), 3)), [1, 2, 3]);
    await client.close();
  });

  test('a message that cannot be read, alone or in a batch', async () => {
    await using emulator = await startServiceBusEmulator({ config, limits: { messagesPerBatchMax: 3 } });
    const client = new ServiceBusClient(emulator.connectionString, { retryOptions: { maxRetries: 0 } });
    const sender = client.createSender('q');
    await assert.rejects(sender.sendMessages([1, 2, 3, 4].map((body) => ({ body }))), /too many messages/);
    await sender.sendMessages([1, 2, 3].map((body) => ({ body })));
    assert.equal(emulator.status().entities[0]?.active, 3);
    await client.close();
  });

  test('a message that rules could not read, now or at its moment', async () => {
    const clock = new ManualClock(Date.now());
    await using emulator = await startServiceBusEmulator({ config, clock });
    const connection = rhea.create_container().connect({ host: '127.0.0.1', port: emulator.port, reconnect: false });
    for (const event of ['connection_close', 'disconnected']) connection.on(event, () => undefined);
    const sender = connection.open_sender('t');
    await once(sender, 'sendable');
    const inAnHour = new Date(clock.nowMs() + 3_600_000);
    const plain = { application_properties: { a: 'x'.repeat(40) }, body: 'body' };
    const later = { ...plain, message_annotations: { 'x-opt-scheduled-enqueue-time': inAnHour } };
    for (const message of [plain, later].map((fields) => rhea.message.encode(fields))) {
      // The value claims more bytes than its map has.
      message.writeUInt8(200, message.indexOf('x'.repeat(40)) - 1);
      const outcome = Promise.race(['rejected', 'accepted'].map((event) => once(sender, event).then(() => event)));
      sender.send(message, Buffer.from('tag'), 0);
      assert.equal(await outcome, 'rejected');
    }
    clock.advance(3_700_000);
    await roundTrip(emulator.connectionString);
    const held = emulator.status().entities.map(({ active, scheduled }) => active + scheduled);
    assert.deepEqual(
      held,
      held.map(() => 0),
    );
    connection.close();
  });

  test('a delivery without an id, which no one could settle', async () => {
    const { promise: fault, resolve } = Promise.withResolvers<Error>();
    await using emulator = await startServiceBusEmulator({ config, onConnectionFault: resolve });
    const connection = rhea.create_container().connect({ host: '127.0.0.1', port: emulator.port, reconnect: false });
    for (const event of ['connection_close', 'disconnected']) connection.on(event, () => undefined);
    const sender = connection.open_sender('q') as InnerSender;
    await once(sender, 'sendable');
    const transfer = frames.transfer({ handle: 0, delivery_tag: Buffer.from('tag'), message_format: 0 });
    (sender.session as InnerSession).output(transfer, Buffer.from([0x00, 0x53, 0x75, 0xa0, 0x01, 0x41]));
    assert.match((await fault).message, /without an id/);
    await roundTrip(emulator.connectionString);
    connection.close();
  });

  test('of two neighbours in one moment, each has its own answer', async () => {
    await using emulator = await startServiceBusEmulator({ config });
    const connection = rhea.create_container().connect({ host: '127.0.0.1', port: emulator.port, reconnect: false });
    for (const event of ['connection_close', 'disconnected']) connection.on(event, () => undefined);
    const requests = connection.open_sender('q/$management');
    const sender = connection.open_sender('q');
    await Promise.all([once(requests, 'sendable'), once(sender, 'sendable')]);
    const told = once(sender, 'rejected');
    requests.send({ body: 'accepted as a request, whatever becomes of it' });
    sender.send(Buffer.from('no message'), Buffer.from('tag'), 0);
    await told;
    connection.close();
  });
});

async function roundTrip(connectionString: string): Promise<void> {
  const client = new ServiceBusClient(connectionString);
  await client.createSender('q').sendMessages({ body: 'still here' });
  const receiver = client.createReceiver('q');
  await receiver.completeMessage(await receiveOne(receiver));
  assert.ok(await isEmpty(receiver));
  await client.close();
}
