import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceBusClient } from '@azure/service-bus';
import rhea, { type Connection } from 'rhea';
import { type Emulator, startServiceBusEmulator } from '../src/index.ts';

const config = { UserConfig: { Namespaces: [{ Name: 'ns', Queues: [{ Name: 'q' }] }] } };
const sharedAccessKeys = { Root: 'the-key' };

async function send(connectionString: string): Promise<void> {
  const client = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0, timeoutInMs: 5_000 } });
  try {
    await client.createSender('q').sendMessages({ body: 1 });
  } finally {
    await client.close();
  }
}

test('the right key opens, any other is refused', async () => {
  await using emulator = await startServiceBusEmulator({ config, sharedAccessKeys });
  await send(emulator.connectionString);
  const refused = { code: 'UnauthorizedAccess' };
  await assert.rejects(send(emulator.connectionString.replace('the-key', 'another')), refused);
  await assert.rejects(send(emulator.connectionString.replace('Root', 'Nobody')), refused);
  assert.equal(emulator.status().entities[0]?.active, 1);
});

test('without configured keys every key opens', async () => {
  await using emulator = await startServiceBusEmulator({ config });
  await send(emulator.connectionString.replace('SAS_KEY_VALUE', 'whatever'));
});

test('PLAIN takes the name of a key and the key', async () => {
  await using emulator = await startServiceBusEmulator({ config, sharedAccessKeys });
  assert.equal(await attach(emulator, { username: 'Root', password: 'the-key' }), 'sendable');
  assert.equal(await attach(emulator, { username: 'Root', password: 'no' }), 'amqp:unauthorized-access');
});

test('who has shown nothing may use nothing', async () => {
  await using emulator = await startServiceBusEmulator({ config, sharedAccessKeys });
  assert.equal(await attach(emulator, { username: 'Root' }), 'amqp:unauthorized-access');
  assert.equal(await attach(emulator, {}), 'amqp:unauthorized-access');
});

/** What a plain AMQP client that wants to send gets: credit, or an error's condition. */
async function attach({ port }: Emulator, login: object): Promise<unknown> {
  const connection: Connection = rhea
    .create_container()
    .connect({ host: '127.0.0.1', port, reconnect: false, ...login });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  connection.on('sendable', () => resolve('sendable'));
  connection.on('sender_error', ({ sender }) => resolve(sender.error.condition));
  connection.on('connection_error', ({ error }) => resolve(error.condition));
  for (const event of ['sender_close', 'connection_close', 'disconnected']) connection.on(event, () => undefined);
  connection.open_sender('q');
  const outcome = await promise;
  connection.close();
  return outcome;
}
