import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bodies, isEmpty, receive, receiveOne, useNamespace } from '../support/namespace.ts';

suite('forwarding', { concurrency: true }, () => {
  const namespace = useNamespace();
  const send = (queue: string, message: object) =>
    namespace
      .client()
      .createSender(queue)
      .sendMessages({ body: queue, ...message });
  const deadLettersOf = (queue: string) => namespace.client().createReceiver(queue, { subQueueType: 'deadLetter' });

  test('a message goes along the chain, and a topic’s subscription passes it on', async () => {
    await send('forward', { messageId: 'chained', applicationProperties: { kept: true } });
    const receiver = namespace.client().createReceiver('forward-end');
    const message = await receiveOne(receiver);
    assert.partialDeepStrictEqual(message, {
      body: 'forward',
      messageId: 'chained',
      deliveryCount: 0,
      applicationProperties: { kept: true },
    });
    assert.equal(message.deadLetterSource, undefined);
    await receiver.completeMessage(message);
    await send('forward-topic', {});
    assert.equal((await receiveOne(receiver)).body, 'forward-topic');
    const kept = namespace.client().createReceiver('forwarded', 'kept');
    assert.equal((await receiveOne(kept)).body, 'forward-topic');
  });

  test('what forwards has no receivers', async () => {
    const receiver = namespace.client().createReceiver('forward');
    await assert.rejects(receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 }), /InvalidOperationError/);
  });

  test('dead letters go on with their reason and where they are from', async () => {
    await send('forward-dead', {});
    const receiver = namespace.client().createReceiver('forward-dead');
    await receiver.abandonMessage(await receiveOne(receiver));
    const message = await receiveOne(namespace.client().createReceiver('forward-dead-end'));
    assert.partialDeepStrictEqual(message, {
      body: 'forward-dead',
      deliveryCount: 0,
      deadLetterReason: 'MaxDeliveryCountExceeded',
      deadLetterSource: 'forward-dead',
    });
    assert.ok(await isEmpty(deadLettersOf('forward-dead')));
  });

  test('after four hops a message is dead-lettered where it is', async () => {
    await send('forward-loop', {});
    const dead = await receiveOne(deadLettersOf('forward-loop'));
    assert.equal(dead.deadLetterReason, 'MaxTransferHopCountExceeded');
    assert.ok(await isEmpty(deadLettersOf('forward-loop-back')));
  });

  test('what the destination does not take is dead-lettered at the source', async () => {
    await send('forward-sessions', {});
    const dead = await receiveOne(deadLettersOf('forward-sessions'));
    assert.equal(dead.deadLetterReason, 'InvalidOperationException');
    await send('forward-sessions', { sessionId: 'a' });
    const receiver = await namespace.client().acceptSession('forward-sessions-end', 'a');
    assert.equal((await receiveOne(receiver)).sessionId, 'a');
  });

  test('the destination looks for duplicates, a scheduled message goes on at its moment', async () => {
    const sender = namespace.client().createSender('forward-unique');
    await send('forward-unique', { messageId: 'one' });
    await send('forward-unique', { messageId: 'one' });
    const soon = new Date(Date.now() + 1_000);
    await sender.scheduleMessages({ body: 'scheduled', messageId: 'two' }, soon);
    const receiver = namespace.client().createReceiver('forward-unique-end');
    assert.deepEqual(bodies(await receive(receiver, 2)), ['forward-unique', 'scheduled']);
    assert.ok(Date.now() >= soon.getTime());
  });
});
