import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { ServiceBusClient } from '@azure/service-bus';
import rhea, { type Connection, type EventContext, type Message } from 'rhea';
import { type Emulator, startServiceBusEmulator } from '../src/index.ts';
import { ManualClock } from './support/manual-clock.ts';

const { types } = rhea;
const Queues = [{ Name: 'sessions', Properties: { RequiresSession: true } }, { Name: 'plain' }];
const config = { UserConfig: { Namespaces: [{ Name: 'ns', Queues }] } };

/** Asks a management node as clients do whose SDK says less than the protocol can. */
class ManagementClient {
  readonly #connection: Connection;

  constructor(port: number) {
    this.#connection = rhea.create_container().connect({ host: '127.0.0.1', port, reconnect: false });
    this.#connection.on('connection_error', () => undefined);
  }

  ask(entity: string, operation: string, body: object): Promise<Message> {
    const address = `${entity}/$management`;
    const replyTo = rhea.generate_uuid();
    const { promise, resolve } = Promise.withResolvers<Message>();
    const receiver = this.#connection.open_receiver({ source: { address }, target: { address: replyTo } });
    const sender = this.#connection.open_sender({ target: { address } });
    receiver.on('message', ({ message }: EventContext) => {
      if (message === undefined) return;
      receiver.close();
      sender.close();
      resolve(message);
    });
    sender.once('sendable', () => {
      sender.send({ message_id: 1, reply_to: replyTo, application_properties: { operation }, body });
    });
    return promise;
  }

  close(): void {
    this.#connection.close();
  }
}

/** As Java's client has it. */
const endOfTimeMs = 253_402_300_800_000;

suite('the sessions of a queue, listed', () => {
  const clock = new ManualClock(Date.UTC(2030, 0, 1));
  let emulator: Emulator;
  let client: ServiceBusClient;
  let management: ManagementClient;

  before(async () => {
    emulator = await startServiceBusEmulator({ config, clock });
    client = new ServiceBusClient(emulator.connectionString, { retryOptions: { maxRetries: 0 } });
    management = new ManagementClient(emulator.port);
    const ids = ['b', 'a', 'c', 'a'];
    await client.createSender('sessions').sendMessages(ids.map((sessionId) => ({ body: 1, sessionId })));
    for (const id of ['d', 'b']) {
      clock.advance(1_000);
      const session = await client.acceptSession('sessions', id);
      await session.setSessionState('left');
      await session.close();
    }
  });
  after(async () => {
    management.close();
    await client.close();
    await emulator[Symbol.asyncDispose]();
  });

  const list = async (skip: number, top: number, since = endOfTimeMs, entity = 'sessions') => {
    const { application_properties: properties, body } = await management.ask(
      entity,
      'com.microsoft:get-message-sessions',
      { skip: types.wrap_int(skip), top: types.wrap_int(top), 'last-updated-time': types.wrap_timestamp(since) },
    );
    return { status: properties?.statusCode, ids: body?.['sessions-ids'], skip: body?.skip };
  };

  test('are those with messages, a page at a time', async () => {
    assert.deepEqual(await list(0, 2), { status: 200, ids: ['a', 'b'], skip: 2 });
    assert.deepEqual(await list(2, 2), { status: 200, ids: ['c'], skip: 3 });
    assert.deepEqual(await list(3, 2), { status: 204, ids: undefined, skip: undefined });
  });

  test('with a time are those whose state was written since then', async () => {
    const writtenAtMs = clock.nowMs();
    assert.deepEqual((await list(0, 9, writtenAtMs)).ids, ['b']);
    assert.deepEqual((await list(0, 9, writtenAtMs - 1_000)).ids, ['b', 'd']);
    assert.equal((await list(0, 9, writtenAtMs + 1)).status, 204);
  });

  test('are refused where there are none by definition', async () => {
    assert.equal((await list(0, 9, undefined, 'plain')).status, 400);
  });
});

test('a session state is refused while there is no room, and can be cleared', async () => {
  await using emulator = await startServiceBusEmulator({ config, storeBytesMax: 2 * 1024 * 1024 });
  const client = new ServiceBusClient(emulator.connectionString, { retryOptions: { maxRetries: 0 } });
  const session = await client.acceptSession('sessions', 'a');
  await session.setSessionState('small');
  const sender = client.createSender('sessions');
  const fill = async () => {
    for (;;) await sender.sendMessages({ body: 'x'.repeat(100_000), sessionId: 'b' });
  };
  await assert.rejects(fill(), { code: 'ServiceBusy' });
  await assert.rejects(session.setSessionState('x'.repeat(100_000)), { code: 'ServiceBusy' });
  await session.setSessionState(null);
  assert.equal(await session.getSessionState(), null);
  await client.close();
});

test('the largest message can be set', async () => {
  const limits = { messageBytesMax: 2 * 1024 * 1024 };
  await using emulator = await startServiceBusEmulator({ config, limits });
  const client = new ServiceBusClient(emulator.connectionString, { retryOptions: { maxRetries: 0 } });
  const sender = client.createSender('plain');
  const body = 'x'.repeat(2_000_000);
  await sender.sendMessages({ body });
  await sender.scheduleMessages({ body }, new Date(Date.now() - 1));
  const received = await client.createReceiver('plain').receiveMessages(2, { maxWaitTimeInMs: 20_000 });
  assert.equal(received[0]?.body, body);
  const tooMuch = { body: 'x'.repeat(2_200_000) };
  await assert.rejects(sender.sendMessages(tooMuch), { code: 'MessageSizeExceeded' });
  await assert.rejects(sender.scheduleMessages(tooMuch, new Date()), { code: 'MessageSizeExceeded' });
  await client.close();
});
