import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isEmpty, receive, receiveOne, useNamespace } from '../support/namespace.ts';

suite('settling', { concurrency: true }, () => {
  const namespace = useNamespace();

  const open = async (queue: string, body: unknown = queue) => {
    const client = namespace.client();
    await client.createSender(queue).sendMessages({ body, messageId: `${queue}-1` });
    return client.createReceiver(queue);
  };

  test('a completed message is gone', async () => {
    const receiver = await open('complete');
    const message = await receiveOne(receiver);
    await receiver.completeMessage(message);
    assert.ok(await isEmpty(receiver));
    await assert.rejects(receiver.completeMessage(message), /already settled/);
  });

  test('an abandoned message comes back, counted and with its new properties', async () => {
    const receiver = await open('abandon');
    await receiver.abandonMessage(await receiveOne(receiver), { try: 1, why: 'busy' });
    const again = await receiveOne(receiver);
    assert.equal(again.deliveryCount, 1);
    assert.deepEqual(again.applicationProperties, { try: 1, why: 'busy' });
    await receiver.abandonMessage(again, { try: 2 });
    const third = await receiveOne(receiver);
    assert.deepEqual(third.applicationProperties, { try: 2, why: 'busy' });
    assert.equal(third.body, 'abandon');
    await receiver.completeMessage(third);
  });

  test('a deferred message is had by its sequence number alone', async () => {
    const receiver = await open('defer');
    const message = await receiveOne(receiver);
    await receiver.deferMessage(message, { parked: true });
    assert.ok(await isEmpty(receiver));
    assert.ok(message.sequenceNumber !== undefined);
    const [peeked] = await receiver.peekMessages(1);
    assert.equal(peeked?.state, 'deferred');
    const [deferred] = await receiver.receiveDeferredMessages(message.sequenceNumber);
    assert.ok(deferred !== undefined);
    assert.partialDeepStrictEqual(deferred, {
      body: 'defer',
      state: 'deferred',
      applicationProperties: { parked: true },
    });
    await assert.rejects(receiver.receiveDeferredMessages(message.sequenceNumber), { code: 'MessageNotFound' });
    await receiver.abandonMessage(deferred);
    const [again] = await receiver.receiveDeferredMessages(message.sequenceNumber);
    assert.equal(again?.deliveryCount, 1);
    if (again !== undefined) await receiver.completeMessage(again);
    assert.deepEqual(await receiver.peekMessages(1, { fromSequenceNumber: message.sequenceNumber }), []);
  });

  test('a dead-lettered message says why, in the sub-queue', async () => {
    const receiver = await open('deadletter');
    const message = await receiveOne(receiver);
    const reason = { deadLetterReason: 'unreadable', deadLetterErrorDescription: 'no schema', attempt: 3 };
    await receiver.deadLetterMessage(message, reason);
    assert.ok(await isEmpty(receiver));
    const deadLetters = namespace.client().createReceiver('deadletter', { subQueueType: 'deadLetter' });
    const dead = await receiveOne(deadLetters);
    assert.partialDeepStrictEqual(dead, {
      body: 'deadletter',
      messageId: 'deadletter-1',
      deadLetterReason: 'unreadable',
      deadLetterErrorDescription: 'no schema',
      deadLetterSource: 'deadletter',
    });
    assert.equal(dead.applicationProperties?.attempt, 3);
    assert.deepEqual(dead.sequenceNumber, message.sequenceNumber);
    await deadLetters.completeMessage(dead);
    assert.ok(await isEmpty(deadLetters));
  });

  test('a spent delivery count ends among the dead letters', async () => {
    const receiver = await open('poison');
    for (let count = 0; count < 3; count++) {
      const message = await receiveOne(receiver);
      assert.equal(message.deliveryCount, count);
      await receiver.abandonMessage(message);
    }
    const dead = await receiveOne(namespace.client().createReceiver('poison', { subQueueType: 'deadLetter' }));
    assert.equal(dead.deadLetterReason, 'MaxDeliveryCountExceeded');
    assert.equal(dead.deliveryCount, 3);
    assert.ok(await isEmpty(receiver));
  });

  test('when the link is closed, settlement goes through the management node', async () => {
    const client = namespace.client();
    const sender = client.createSender('management');
    await sender.sendMessages(['complete', 'abandon', 'defer', 'deadletter'].map((body) => ({ body })));
    const gone = client.createReceiver('management');
    const [one, two, three, four] = await receive(gone, 4);
    assert.ok(one !== undefined && two !== undefined && three !== undefined && four !== undefined);
    await gone.close();
    const receiver = client.createReceiver('management');
    await receiver.completeMessage(one);
    await receiver.abandonMessage(two, { back: true });
    await receiver.deferMessage(three);
    await receiver.deadLetterMessage(four, { deadLetterReason: 'late', deadLetterErrorDescription: 'link closed' });
    const again = await receiveOne(receiver);
    assert.partialDeepStrictEqual(again, { body: 'abandon', deliveryCount: 1, applicationProperties: { back: true } });
    assert.ok(three.sequenceNumber !== undefined);
    assert.equal((await receiver.receiveDeferredMessages(three.sequenceNumber)).length, 1);
    const dead = await receiveOne(client.createReceiver('management', { subQueueType: 'deadLetter' }));
    assert.partialDeepStrictEqual(dead, { body: 'deadletter', deadLetterReason: 'late' });
  });
});
