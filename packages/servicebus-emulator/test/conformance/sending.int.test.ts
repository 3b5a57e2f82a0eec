import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bodies, receive, receiveOne, useNamespace } from '../support/namespace.ts';

suite('sending', { concurrency: true }, () => {
  const namespace = useNamespace();

  test('a message arrives with all its properties', async () => {
    const sender = namespace.client().createSender('send');
    const receiver = namespace.client().createReceiver('send');
    const sent = {
      body: { parcel: 7 },
      messageId: 'm-1',
      correlationId: 'c-1',
      subject: 'label',
      to: 'there',
      replyTo: 'here',
      replyToSessionId: 'session',
      contentType: 'application/json',
      timeToLive: 60_000,
      applicationProperties: { text: 'ä', number: 42.5, flag: true },
    };
    const before = Date.now();
    await sender.sendMessages(sent);
    const message = await receiveOne(receiver);
    assert.partialDeepStrictEqual(message, { ...sent, deliveryCount: 0, state: 'active' });
    assert.ok(message.sequenceNumber?.gt(0));
    assert.equal(message.enqueuedSequenceNumber, message.sequenceNumber?.toNumber());
    assert.ok(Math.abs((message.enqueuedTimeUtc?.getTime() ?? 0) - before) < 5_000);
    assert.equal((message.expiresAtUtc?.getTime() ?? 0) - (message.enqueuedTimeUtc?.getTime() ?? 0), 60_000);
    assert.ok((message.lockedUntilUtc?.getTime() ?? 0) > before + 30_000);
    assert.match(message.lockToken ?? '', /^[0-9a-f-]{36}$/);
    await receiver.completeMessage(message);
  });

  test('bodies keep their AMQP type, and a message without an id gets one', async () => {
    const sender = namespace.client().createSender('bodies');
    const receiver = namespace.client().createReceiver('bodies');
    await sender.sendMessages([
      { body: Buffer.from([0, 1, 255]), bodyType: 'data' },
      { body: 'text', bodyType: 'value' },
      { body: [1, 'two'], bodyType: 'sequence' },
    ]);
    const messages = await receive(receiver, 3);
    assert.deepEqual(bodies(messages), [Buffer.from([0, 1, 255]), 'text', [1, 'two']]);
    assert.deepEqual(
      messages.map((message) => message._rawAmqpMessage.bodyType),
      ['data', 'value', 'sequence'],
    );
    for (const message of messages) {
      assert.match(String(message.messageId), /^[0-9a-f]{32}$/);
      await receiver.completeMessage(message);
    }
  });

  test('a batch arrives as its messages, in order', async () => {
    const sender = namespace.client().createSender('batch');
    const batch = await sender.createMessageBatch();
    const expected = Array.from({ length: 100 }, (_, index) => ({ index }));
    for (const body of expected) assert.ok(batch.tryAddMessage({ body, applicationProperties: { batch: true } }));
    await sender.sendMessages(batch);
    const receiver = namespace.client().createReceiver('batch', { receiveMode: 'receiveAndDelete' });
    const messages = await receive(receiver, 100);
    assert.deepEqual(bodies(messages), expected);
    assert.deepEqual(
      messages.map((message) => message.sequenceNumber?.sub(messages[0]?.sequenceNumber ?? 0).toNumber()),
      expected.map(({ index }) => index),
    );
    assert.equal(messages[99]?.applicationProperties?.batch, true);
  });

  test('a message that is too large is refused, and the sender goes on', async () => {
    const sender = namespace.client().createSender('large');
    const tooLarge = sender.sendMessages({ body: Buffer.alloc(300 * 1024) });
    await assert.rejects(tooLarge, { name: 'ServiceBusError', code: 'MessageSizeExceeded' });
    const body = Buffer.alloc(200 * 1024, 7);
    await sender.sendMessages({ body });
    const receiver = namespace.client().createReceiver('large', { receiveMode: 'receiveAndDelete' });
    assert.deepEqual((await receiveOne(receiver)).body, body);
  });

  test('an unknown entity is named', async () => {
    const expected = { name: 'ServiceBusError', code: 'MessagingEntityNotFound' };
    const sender = namespace.client().createSender('no-such-queue');
    await assert.rejects(sender.sendMessages({ body: 1 }), expected);
    const receiver = namespace.client().createReceiver('no-such-queue');
    await assert.rejects(receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 }), expected);
    await assert.rejects(receiver.peekMessages(1), expected);
  });

  test('a disabled entity takes nothing', async () => {
    const sender = namespace.client().createSender('disabled');
    await assert.rejects(sender.sendMessages({ body: 1 }), { code: 'MessagingEntityDisabled' });
  });

  test('a duplicate within the window vanishes, scheduled ones too', async () => {
    const sender = namespace.client().createSender('duplicates');
    await sender.sendMessages({ body: 1, messageId: 'same' });
    await sender.sendMessages({ body: 2, messageId: 'same' });
    await sender.scheduleMessages({ body: 3, messageId: 'same' }, new Date(Date.now() + 100));
    await sender.sendMessages([
      { body: 4, messageId: 'other' },
      { body: 5, messageId: 'other' },
    ]);
    await sender.scheduleMessages({ body: 6, messageId: 'later' }, new Date(Date.now() + 500));
    await sender.sendMessages({ body: 7, messageId: 'later' });
    const receiver = namespace.client().createReceiver('duplicates', { receiveMode: 'receiveAndDelete' });
    assert.deepEqual(bodies(await receive(receiver, 3)), [1, 4, 6]);
  });
});
