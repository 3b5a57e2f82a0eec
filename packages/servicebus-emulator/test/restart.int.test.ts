import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ServiceBusClient as Client, type ServiceBusClient } from '@azure/service-bus';
import { startServiceBusEmulator } from '../src/index.ts';
import { ManualClock } from './support/manual-clock.ts';
import { bodies, isEmpty, receive, receiveOne } from './support/namespace.ts';
import { createTemporaryFolder } from './support/temporary-folder.ts';

const hourMs = 3_600_000;
const config = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'ns',
        Queues: [
          { Name: 'q', Properties: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT2H' } },
          { Name: 'sessions', Properties: { RequiresSession: true } },
          { Name: 'dying', Properties: { DefaultMessageTimeToLive: 'PT1H', DeadLetteringOnMessageExpiration: true } },
        ],
        Topics: [{ Name: 't', Subscriptions: [{ Name: 's' }] }],
      },
    ],
  },
};

interface Life {
  readonly folder: string;
  readonly clock: ManualClock;
}

/** One life of the broker: everything is closed at its end. */
async function live(
  life: Life,
  work: (client: ServiceBusClient) => Promise<void>,
  declared: object = config,
): Promise<void> {
  const dataFile = path.join(life.folder, 'broker.db');
  await using emulator = await startServiceBusEmulator({ config: declared, dataFile, clock: life.clock });
  const client = new Client(emulator.connectionString, { retryOptions: { maxRetries: 0 } });
  try {
    await work(client);
  } finally {
    await client.close();
  }
}

async function begin(): Promise<Life & AsyncDisposable> {
  const folder = await createTemporaryFolder();
  const clock = new ManualClock(Date.UTC(2030, 0, 1));
  return { folder: folder.path, clock, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

test('messages keep their state, their numbers and their counts', async () => {
  await using life = await begin();
  await live(life, async (client) => {
    await client.createSender('q').sendMessages(['dead', 'deferred', 'abandoned', 'locked'].map((body) => ({ body })));
    const receiver = client.createReceiver('q');
    const [dead, deferred, abandoned] = await receive(receiver, 4);
    assert.ok(dead !== undefined && deferred !== undefined && abandoned !== undefined);
    await receiver.deadLetterMessage(dead, { deadLetterReason: 'bad', deadLetterErrorDescription: 'broken' });
    await receiver.deferMessage(deferred, { kept: true });
    await receiver.abandonMessage(abandoned);
  });
  await live(life, async (client) => {
    const receiver = client.createReceiver('q');
    const messages = await receive(receiver, 2);
    assert.deepEqual(
      messages.map((message) => [message.body, message.sequenceNumber?.toNumber(), message.deliveryCount]),
      [
        ['abandoned', 3, 1],
        ['locked', 4, 0],
      ],
    );
    const [peeked] = await receiver.peekMessages(1);
    assert.equal(peeked?.body, 'deferred');
    assert.ok(peeked?.sequenceNumber !== undefined);
    const [deferred] = await receiver.receiveDeferredMessages(peeked.sequenceNumber);
    assert.deepEqual(deferred?.applicationProperties, { kept: true });
    const dead = await receiveOne(client.createReceiver('q', { subQueueType: 'deadLetter' }));
    assert.partialDeepStrictEqual(dead, { body: 'dead', deadLetterReason: 'bad', deadLetterSource: 'q' });
  });
});

test('sequence numbers go on after the last, even when nothing is left', async () => {
  await using life = await begin();
  const sendAndTake = async (client: ServiceBusClient) => {
    await client.createSender('q').sendMessages({ body: 1 });
    const receiver = client.createReceiver('q', { receiveMode: 'receiveAndDelete' });
    return (await receiveOne(receiver)).sequenceNumber?.toNumber();
  };
  await live(life, async (client) => assert.equal(await sendAndTake(client), 1));
  await live(life, async (client) => assert.equal(await sendAndTake(client), 2));
});

test('duplicates are still known', async () => {
  await using life = await begin();
  const send = (client: ServiceBusClient, body: number) =>
    client.createSender('q').sendMessages({ body, messageId: 'same' });
  await live(life, (client) => send(client, 1));
  life.clock.advance(hourMs);
  await live(life, async (client) => {
    await send(client, 2);
    const receiver = client.createReceiver('q', { receiveMode: 'receiveAndDelete' });
    assert.equal((await receiveOne(receiver)).body, 1);
    assert.ok(await isEmpty(receiver));
  });
  life.clock.advance(hourMs);
  await live(life, async (client) => {
    await send(client, 3);
    assert.equal((await receiveOne(client.createReceiver('q'))).body, 3);
  });
});

test('what comes due meanwhile is done at the start', async () => {
  await using life = await begin();
  const at = new Date(life.clock.nowMs() + hourMs);
  await live(life, async (client) => {
    await client.createSender('dying').sendMessages({ body: 'old' });
    await client.createSender('q').scheduleMessages({ body: 'scheduled' }, at);
    await client.createSender('t').scheduleMessages({ body: 'for all' }, at);
    assert.ok(await isEmpty(client.createReceiver('q')));
  });
  life.clock.advance(hourMs);
  await live(life, async (client) => {
    const dead = await receiveOne(client.createReceiver('dying', { subQueueType: 'deadLetter' }));
    assert.equal(dead.deadLetterReason, 'TTLExpiredException');
    assert.equal((await receiveOne(client.createReceiver('q'))).body, 'scheduled');
    assert.equal((await receiveOne(client.createReceiver('t', 's'))).body, 'for all');
  });
});

test('rules are what clients have made of them, until the configuration says something else', async () => {
  await using life = await begin();
  const names = async (client: ServiceBusClient) => {
    const rules = [];
    for await (const { name, filter } of client.createRuleManager('t', 's').listRules()) rules.push([name, filter]);
    return rules;
  };
  await live(life, async (client) => {
    const manager = client.createRuleManager('t', 's');
    await manager.createRule('red', { sqlExpression: "colour = 'red'" });
    await manager.deleteRule('$Default');
  });
  await live(life, async (client) => {
    assert.deepEqual(await names(client), [['red', { sqlExpression: "colour = 'red'" }]]);
    const colours = ['blue', 'red'].map((colour) => ({ body: colour, applicationProperties: { colour } }));
    await client.createSender('t').sendMessages(colours);
    assert.deepEqual(bodies([await receiveOne(client.createReceiver('t', 's'))]), ['red']);
  });
  const changed = structuredClone(config);
  Object.assign(changed.UserConfig.Namespaces[0]?.Topics[0]?.Subscriptions[0] ?? {}, {
    Properties: { MaxDeliveryCount: 5 },
  });
  await live(life, async (client) => assert.equal((await names(client))[0]?.[0], '$Default'), changed);
  await live(life, async (client) => assert.equal((await names(client))[0]?.[0], '$Default'));
});

test('time passes by the clock that is given', async () => {
  await using life = await begin();
  await live(life, async (client) => {
    await client.createSender('q').sendMessages({ body: 1 });
    const receiver = client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 });
    const first = await receiveOne(receiver);
    life.clock.advance(59_999);
    assert.ok(await isEmpty(receiver));
    life.clock.advance(1);
    assert.deepEqual(bodies([await receiveOne(receiver)]), [1]);
    await assert.rejects(receiver.completeMessage(first), { code: 'MessageLockLost' });
  });
});

test('sessions keep their messages in order, their deferred ones and their state', async () => {
  await using life = await begin();
  await live(life, async (client) => {
    const sent = ['a', 'b', 'a', 'a'].map((sessionId, body) => ({ body, sessionId }));
    await client.createSender('sessions').sendMessages(sent);
    const receiver = await client.acceptSession('sessions', 'a');
    await receiver.setSessionState({ step: 1 });
    const [first, second] = await receive(receiver, 2);
    assert.ok(first !== undefined && second !== undefined);
    await receiver.deferMessage(first);
    await receiver.abandonMessage(second);
  });
  await live(life, async (client) => {
    const receiver = await client.acceptSession('sessions', 'a');
    assert.deepEqual(await receiver.getSessionState(), { step: 1 });
    assert.deepEqual(bodies(await receive(receiver, 2)), [2, 3]);
    const [peeked] = await receiver.peekMessages(1);
    assert.ok(peeked?.sequenceNumber);
    const [deferred] = await receiver.receiveDeferredMessages(peeked.sequenceNumber);
    assert.deepEqual([deferred?.body, deferred?.sessionId], [0, 'a']);
    const other = await client.acceptNextSession('sessions');
    assert.deepEqual([other.sessionId, await other.getSessionState()], ['b', null]);
    assert.equal((await receiveOne(other)).body, 1);
  });
});
