import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { receive, receiveOne, useNamespace } from '../support/namespace.ts';

const kilobyte = 1_024;

suite('limits', { concurrency: true }, () => {
  const namespace = useNamespace();

  test('a batch holds as much as the link says, and is taken when it is full', async () => {
    const sender = namespace.client().createSender('limit-batch');
    const batch = await sender.createMessageBatch();
    assert.equal(batch.maxSizeInBytes, 256 * kilobyte);
    const body = Buffer.alloc(10 * kilobyte);
    while (batch.tryAddMessage({ body }));
    assert.equal(batch.count, 25);
    await sender.sendMessages(batch);
    await receive(namespace.client().createReceiver('limit-batch', { receiveMode: 'receiveAndDelete' }), 25);
  });

  test('a message that is too large is refused by name, sent or scheduled; the largest can be both', async () => {
    const sender = namespace.client().createSender('limit-large');
    const soon = new Date(Date.now() + 60_000);
    const largest = { body: Buffer.alloc(255 * kilobyte) };
    await sender.sendMessages(largest);
    await sender.cancelScheduledMessages(await sender.scheduleMessages(largest, soon));
    for (const size of [257 * kilobyte, 300 * kilobyte, 2_000 * kilobyte]) {
      const body = Buffer.alloc(size);
      await assert.rejects(sender.sendMessages({ body }), { code: 'MessageSizeExceeded' });
      await assert.rejects(sender.scheduleMessages({ body }, soon), { code: 'MessageSizeExceeded' });
    }
  });

  test('properties have a bound of their own, at sending and at settling', async () => {
    const sender = namespace.client().createSender('limit-properties');
    const text = 'x'.repeat(30 * kilobyte);
    const refused = /ArgumentError/;
    const tooMany = { one: text, two: text, three: text };
    await assert.rejects(sender.sendMessages({ body: 1, applicationProperties: tooMany }), refused);
    await sender.sendMessages({ body: 2, applicationProperties: { one: text, two: text } });
    const receiver = namespace.client().createReceiver('limit-properties');
    const message = await receiveOne(receiver);
    await assert.rejects(receiver.deferMessage(message, { three: text }), refused);
    const [peeked] = await receiver.peekMessages(1);
    assert.deepEqual([peeked?.state, Object.keys(peeked?.applicationProperties ?? {})], ['active', ['one', 'two']]);
  });

  test('an entity that is full refuses until there is room', async () => {
    const sender = namespace.client().createSender('limit-size');
    const message = { body: Buffer.alloc(200 * kilobyte) };
    for (let count = 0; count < 5; count++) await sender.sendMessages(message);
    await assert.rejects(sender.sendMessages(message), { code: 'QuotaExceeded' });
    const receiver = namespace.client().createReceiver('limit-size');
    await receiver.completeMessage(await receiveOne(receiver));
    await sender.sendMessages(message);
  });
});
