import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ServiceBusClient } from '@azure/service-bus';
import { startBrokerProcess } from './support/broker-process.ts';
import { receive } from './support/namespace.ts';
import { createTemporaryFolder } from './support/temporary-folder.ts';

const config = { UserConfig: { Namespaces: [{ Queues: [{ Name: 'q' }] }] } };
const failingSync = fileURLToPath(new URL('./support/failing-sync.ts', import.meta.url));
const clientOptions = { retryOptions: { maxRetries: 0, timeoutInMs: 3_000 } };
const sendsMax = 100;

test('a process whose disk fails to sync ends, and what it had confirmed is there afterwards', async () => {
  await using folder = await createTemporaryFolder();
  const confirmed: number[] = [];
  {
    await using broker = await startBrokerProcess(folder.path, config, { preload: failingSync });
    const client = new ServiceBusClient(broker.connectionString, clientOptions);
    const sender = client.createSender('q');
    const sendAll = async () => {
      for (let body = 0; body < sendsMax; body++) {
        await sender.sendMessages({ body });
        confirmed.push(body);
      }
    };
    await assert.rejects(sendAll());
    assert.equal(await broker.ended, 1);
    await client.close();
  }
  assert.notDeepEqual(confirmed, []);
  await using broker = await startBrokerProcess(folder.path, config);
  const client = new ServiceBusClient(broker.connectionString);
  const messages = await receive(client.createReceiver('q'), confirmed.length);
  assert.deepEqual(
    messages.map(({ body }) => body),
    confirmed,
  );
  await client.close();
});
