import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bodies, isEmpty, receive, receiveOne, useNamespace } from '../support/namespace.ts';

const minuteMs = 60_000;

suite('time', { concurrency: true }, () => {
  const namespace = useNamespace();

  test('a lock expires, and the message comes back counted', async () => {
    const client = namespace.client();
    await client.createSender('lock-expiry').sendMessages({ body: 'again' });
    const receiver = client.createReceiver('lock-expiry', { maxAutoLockRenewalDurationInMs: 0 });
    const first = await receiveOne(receiver);
    const second = await receiveOne(receiver);
    assert.equal(second.deliveryCount, 1);
    assert.notEqual(second.lockToken, first.lockToken);
    await assert.rejects(receiver.completeMessage(first), { code: 'MessageLockLost' });
    await receiver.completeMessage(second);
  });

  test('a renewed lock holds', async () => {
    const client = namespace.client();
    await client.createSender('lock-renewal').sendMessages({ body: 'mine' });
    const receiver = client.createReceiver('lock-renewal', { maxAutoLockRenewalDurationInMs: 0 });
    const message = await receiveOne(receiver);
    const lockedUntil = message.lockedUntilUtc?.getTime() ?? 0;
    assert.ok(await isEmpty(receiver));
    const renewed = await receiver.renewMessageLock(message);
    assert.ok(renewed.getTime() > lockedUntil);
    const others = client.createReceiver('lock-renewal');
    assert.deepEqual(await others.receiveMessages(1, { maxWaitTimeInMs: lockedUntil - Date.now() + 100 }), []);
    await receiver.completeMessage(message);
  });

  test('a lock that is lost cannot be renewed', async () => {
    const client = namespace.client();
    await client.createSender('lock-lost').sendMessages({ body: 1 });
    const receiver = client.createReceiver('lock-lost', { maxAutoLockRenewalDurationInMs: 0 });
    const message = await receiveOne(receiver);
    await receiver.completeMessage(message);
    await assert.rejects(receiver.renewMessageLock(message), { code: 'MessageLockLost' });
  });

  test('a scheduled message waits for its moment', async () => {
    const client = namespace.client();
    const sender = client.createSender('schedule');
    const receiver = client.createReceiver('schedule');
    const at = new Date(Date.now() + 1_500);
    const [sequenceNumber] = await sender.scheduleMessages({ body: 'later' }, at);
    await sender.sendMessages({ body: 'also later', scheduledEnqueueTimeUtc: at });
    const [peeked] = await receiver.peekMessages(1);
    assert.equal(peeked?.state, 'scheduled');
    assert.deepEqual(peeked?.scheduledEnqueueTimeUtc, at);
    assert.ok(await isEmpty(receiver));
    const messages = await receive(receiver, 2);
    assert.deepEqual(bodies(messages), ['later', 'also later']);
    for (const message of messages) {
      assert.equal(message.state, 'active');
      assert.ok((message.enqueuedTimeUtc?.getTime() ?? 0) >= at.getTime());
      assert.ok(message.sequenceNumber?.gt(sequenceNumber ?? 0));
    }
  });

  test('a scheduled message can be cancelled', async () => {
    const client = namespace.client();
    const sender = client.createSender('cancel');
    const at = new Date(Date.now() + 10 * minuteMs);
    const [first, second] = await sender.scheduleMessages([{ body: 1 }, { body: 2 }], at);
    assert.ok(first !== undefined && second !== undefined);
    await sender.cancelScheduledMessages(first);
    await assert.rejects(sender.cancelScheduledMessages(first), { code: 'MessageNotFound' });
    assert.deepEqual(bodies(await client.createReceiver('cancel').peekMessages(5)), [2]);
  });

  test('an expired message is dead-lettered where that is declared', async () => {
    const client = namespace.client();
    await client.createSender('expiring').sendMessages({ body: 'old', timeToLive: minuteMs });
    const dead = await receiveOne(client.createReceiver('expiring', { subQueueType: 'deadLetter' }));
    assert.partialDeepStrictEqual(dead, { body: 'old', deadLetterReason: 'TTLExpiredException' });
    assert.ok(await isEmpty(client.createReceiver('expiring')));
  });

  test('elsewhere it vanishes', async () => {
    const client = namespace.client();
    await client.createSender('vanishing').sendMessages([{ body: 1, timeToLive: 200 }, { body: 2 }]);
    const receiver = client.createReceiver('vanishing');
    const deadLetters = client.createReceiver('vanishing', { subQueueType: 'deadLetter' });
    assert.ok(await isEmpty(deadLetters));
    assert.deepEqual(bodies(await receive(receiver, 1)), [2]);
    assert.ok(await isEmpty(receiver));
  });
});
