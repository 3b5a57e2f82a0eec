import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bodies, isEmpty, receive, receiveOne, useNamespace } from '../support/namespace.ts';

suite('topics', () => {
  const namespace = useNamespace();

  test('each subscription gets its copy of what its rules match', async () => {
    const client = namespace.client();
    await client.createSender('events').sendMessages([
      { body: 1, subject: 'red' },
      { body: 2, subject: 'blue' },
      { body: 3, applicationProperties: { colour: 'red', depth: 2 } },
      { body: 4, applicationProperties: { colour: 'red', depth: 3 } },
    ]);
    const receiveAndDelete = { receiveMode: 'receiveAndDelete' } as const;
    const all = client.createReceiver('events', 'all', receiveAndDelete);
    assert.deepEqual(bodies(await receive(all, 4)), [1, 2, 3, 4]);
    const red = client.createReceiver('events', 'red', receiveAndDelete);
    const messages = await receive(red, 2);
    assert.deepEqual(bodies(messages), [1, 3]);
    const [first, second] = messages;
    assert.equal(Number(second?.enqueuedSequenceNumber) - Number(first?.enqueuedSequenceNumber), 2);
    assert.equal(second?.sequenceNumber?.sub(first?.sequenceNumber ?? 0).toNumber(), 1);
    assert.ok(await isEmpty(red));
  });

  test('SQL rules choose messages, and their actions make copies', async () => {
    const client = namespace.client();
    await client.createSender('routed').sendMessages([
      { body: 1, subject: 'order-1', applicationProperties: { region: 'de', weight: 5 } },
      { body: 2, subject: 'order-2', applicationProperties: { region: 'fr', weight: 5.2 } },
      { body: 3, subject: 'order-3', applicationProperties: { region: 'it', weight: 100 } },
      { body: 4, subject: 'order-4', applicationProperties: { weight: 6 } },
    ]);
    const receiver = client.createReceiver('routed', 'sql', { receiveMode: 'receiveAndDelete' });
    const messages = await receive(receiver, 5);
    assert.deepEqual(
      messages.map(({ body, subject, applicationProperties }) => [body, subject, applicationProperties]),
      [
        [1, 'order-1', { region: 'de', weight: 5 }],
        [2, 'order-2', { region: 'fr', weight: 5.2 }],
        [2, 'order-2', { region: 'fr', weight: 5.2, seen: true, RuleName: 'other' }],
        [3, 'heavy-it', { weight: 33, RuleName: 'heavy' }],
        [3, 'order-3', { region: 'it', weight: 100, seen: true, RuleName: 'other' }],
      ],
    );
    assert.ok(await isEmpty(receiver));
  });

  test('a topic drops duplicates before they fan out', async () => {
    const client = namespace.client();
    const sender = client.createSender('events');
    await sender.sendMessages({ body: 'first', messageId: 'twice' });
    await sender.sendMessages({ body: 'second', messageId: 'twice' });
    const all = client.createReceiver('events', 'all', { receiveMode: 'receiveAndDelete' });
    assert.equal((await receiveOne(all)).body, 'first');
    assert.ok(await isEmpty(all));
  });

  test('a subscription has dead letters of its own', async () => {
    const client = namespace.client();
    const receiver = client.createReceiver('events', 'dead');
    for (const message of await receive(receiver, 1)) await receiver.abandonMessage(message);
    const dead = await receiveOne(client.createReceiver('events', 'dead', { subQueueType: 'deadLetter' }));
    assert.equal(dead.deadLetterReason, 'MaxDeliveryCountExceeded');
    assert.equal(dead.deadLetterSource, 'events/Subscriptions/dead');
  });

  test('what is scheduled fans out at its moment', async () => {
    const client = namespace.client();
    const sender = client.createSender('later');
    const receiver = client.createReceiver('later', 'all');
    const [kept, cancelled] = await sender.scheduleMessages([{ body: 1 }, { body: 2 }], new Date(Date.now() + 800));
    assert.ok(kept !== undefined && cancelled !== undefined);
    await sender.cancelScheduledMessages(cancelled);
    assert.ok(await isEmpty(receiver));
    assert.equal((await receiveOne(receiver)).body, 1);
    assert.ok(await isEmpty(receiver));
  });

  test('a topic cannot be received from, a subscription not sent to', async () => {
    const client = namespace.client();
    await assert.rejects(client.createReceiver('events').receiveMessages(1, { maxWaitTimeInMs: 3_000 }));
    await assert.rejects(client.createSender('events/Subscriptions/all').sendMessages({ body: 1 }));
  });
});
