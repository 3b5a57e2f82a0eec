import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceBusClient } from '@azure/service-bus';
import rhea, { type Receiver, type ReceiverOptions } from 'rhea';
import { type Emulator, startServiceBusEmulator } from '../src/index.ts';

const config = { UserConfig: { Namespaces: [{ Name: 'ns', Queues: [{ Name: 'q' }] }] } };

interface Drained {
  readonly received: number;
  readonly creditLeft: number | undefined;
}

async function send(emulator: Emulator, count: number): Promise<void> {
  const client = new ServiceBusClient(emulator.connectionString);
  await client.createSender('q').sendMessages(Array.from({ length: count }, (_, body) => ({ body })));
  await client.close();
}

/** Gives credit for 5 messages and asks for what is left of it. */
async function drain({ port }: Emulator, options: ReceiverOptions): Promise<Drained> {
  const connection = rhea.create_container().connect({ host: '127.0.0.1', port, reconnect: false });
  const { promise, resolve } = Promise.withResolvers<Drained>();
  let received = 0;
  connection.on('message', () => received++);
  connection.on('receiver_drained', ({ receiver }) => resolve({ received, creditLeft: receiver?.credit }));
  for (const event of ['connection_close', 'disconnected']) connection.on(event, () => undefined);
  const receiver: Receiver = connection.open_receiver({ source: 'q', credit_window: 0, autoaccept: false, ...options });
  receiver.add_credit(5);
  receiver.drain_credit();
  const drained = await promise;
  connection.close();
  return drained;
}

test('a receiver that asks its credit back gets what is ready, then the credit', async () => {
  await using emulator = await startServiceBusEmulator({ config });
  assert.deepEqual(await drain(emulator, {}), { received: 0, creditLeft: 0 });
  await send(emulator, 2);
  assert.deepEqual(await drain(emulator, {}), { received: 2, creditLeft: 0 });
});

test('so does one that receives and deletes, after the messages that are being removed', async () => {
  await using emulator = await startServiceBusEmulator({ config });
  await send(emulator, 7);
  assert.deepEqual(await drain(emulator, { snd_settle_mode: 1 }), { received: 5, creditLeft: 0 });
  assert.deepEqual(await drain(emulator, { snd_settle_mode: 1 }), { received: 2, creditLeft: 0 });
  assert.equal(emulator.status().entities[0]?.active, 0);
});
