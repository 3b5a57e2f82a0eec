import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';
import { type Emulator, startServiceBusEmulator } from '../src/index.ts';
import { ManualClock } from './support/manual-clock.ts';
import { createTemporaryFolder } from './support/temporary-folder.ts';

const minuteMs = 60_000;
const idle = { AutoDeleteOnIdle: 'PT5M' };
const config = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'ns',
        Queues: [
          { Name: 'forgotten', Properties: idle },
          { Name: 'peeked', Properties: idle },
          { Name: 'received', Properties: idle },
          { Name: 'scheduled', Properties: idle },
          { Name: 'session', Properties: { ...idle, RequiresSession: true } },
          { Name: 'stays' },
        ],
        Topics: [
          { Name: 'used', Properties: idle, Subscriptions: [{ Name: 'used' }, { Name: 'gone', Properties: idle }] },
          { Name: 'unused', Properties: idle, Subscriptions: [{ Name: 'all' }] },
        ],
      },
    ],
  },
};

const names = (emulator: Emulator) => emulator.status().entities.map(({ name }) => name);

test('what no one uses goes, what is used stays, also after a restart', async () => {
  await using folder = await createTemporaryFolder();
  const dataFile = path.join(folder.path, 'broker.db');
  const clock = new ManualClock(Date.UTC(2030, 0, 1));
  const kept = ['peeked', 'received', 'scheduled', 'session', 'stays', 'used/Subscriptions/used', 'used'];
  {
    await using emulator = await startServiceBusEmulator({ config, dataFile, clock });
    const client = new ServiceBusClient(emulator.connectionString);
    await client.createSender('scheduled').scheduleMessages({ body: 1 }, new Date(clock.nowMs() + 60 * minuteMs));
    const waiting = client.createReceiver('received').receiveMessages(1, { maxWaitTimeInMs: 30_000 });
    await client.acceptSession('session', 'a', { maxAutoLockRenewalDurationInMs: 0 });
    clock.advance(4 * minuteMs);
    await client.createReceiver('peeked').peekMessages(1);
    await client.createReceiver('used', 'used').peekMessages(1);
    await client.acceptSession('session', 'b', { maxAutoLockRenewalDurationInMs: 0 });
    clock.advance(minuteMs);
    await setImmediate();
    assert.deepEqual(names(emulator), kept);
    await client.createSender('received').sendMessages({ body: 1 });
    assert.equal((await waiting).length, 1);
    const gone = client.createSender('forgotten').sendMessages({ body: 1 });
    await assert.rejects(gone, { code: 'MessagingEntityNotFound' });
    await client.close();
  }
  await using emulator = await startServiceBusEmulator({ config, dataFile, clock });
  assert.deepEqual(names(emulator), kept);
  clock.advance(5 * minuteMs);
  await setImmediate();
  assert.deepEqual(names(emulator), ['scheduled', 'stays']);
});
