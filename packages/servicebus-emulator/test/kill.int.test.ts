import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceBusClient } from '@azure/service-bus';
import { startBrokerProcess } from './support/broker-process.ts';
import { killAgainAndAgain } from './support/kill-rounds.ts';
import { createTemporaryFolder } from './support/temporary-folder.ts';
import { answersOf } from './support/verify-broker.ts';

const kills = 10;

test('killed as a process, it keeps what it said', async (t) => {
  await using folder = await createTemporaryFolder();
  const answers = answersOf(await killAgainAndAgain(folder.path, 1, kills));
  t.diagnostic(`${kills} kills, ${answers} answers held`);
  assert.ok(answers > kills * 20, `too little happened: ${answers}`);
});

test('SIGTERM ends it cleanly', async () => {
  await using folder = await createTemporaryFolder();
  await using broker = await startBrokerProcess(folder.path, {
    UserConfig: { Namespaces: [{ Queues: [{ Name: 'q' }] }] },
  });
  const client = new ServiceBusClient(broker.connectionString);
  await client.createSender('q').sendMessages({ body: 1 });
  assert.equal(await broker.end('SIGTERM'), 0);
  await client.close();
});
