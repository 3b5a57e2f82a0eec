import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bodies, isEmpty, receive, receiveOne, useNamespace } from '../support/namespace.ts';

suite('receiving', { concurrency: true }, () => {
  const namespace = useNamespace();

  test('receive and delete takes a message for good', async () => {
    await namespace.client().createSender('delete').sendMessages({ body: 'once' });
    const receiver = namespace.client().createReceiver('delete', { receiveMode: 'receiveAndDelete' });
    assert.equal((await receiveOne(receiver)).body, 'once');
    assert.deepEqual(await receiver.peekMessages(1), []);
  });

  test('peek shows messages and takes nothing', async () => {
    const sender = namespace.client().createSender('peek');
    await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    const receiver = namespace.client().createReceiver('peek');
    assert.deepEqual(bodies(await receiver.peekMessages(2)), [1, 2]);
    assert.deepEqual(bodies(await receiver.peekMessages(5)), [3]);
    assert.deepEqual(await receiver.peekMessages(5), []);
    const [first] = await receive(receiver, 3);
    const again = namespace.client().createReceiver('peek');
    assert.ok(first?.sequenceNumber !== undefined);
    const [peeked] = await again.peekMessages(1, { fromSequenceNumber: first.sequenceNumber });
    assert.equal(peeked?.lockToken, undefined);
    assert.equal(peeked?.lockedUntilUtc, undefined);
    assert.equal(peeked?.body, 1);
  });

  test('messages come in order, also those that were given back', async () => {
    const sender = namespace.client().createSender('order');
    await sender.sendMessages([1, 2, 3, 4].map((body) => ({ body })));
    const receiver = namespace.client().createReceiver('order');
    const [first, second] = await receive(receiver, 2);
    assert.ok(first !== undefined && second !== undefined);
    await receiver.abandonMessage(second);
    await receiver.abandonMessage(first);
    assert.deepEqual(bodies(await receive(receiver, 4)), [1, 2, 3, 4]);
  });

  test('a receiver gets no more than it asked for', async () => {
    const sender = namespace.client().createSender('credit');
    await sender.sendMessages(Array.from({ length: 10 }, (_, body) => ({ body })));
    const first = namespace.client().createReceiver('credit');
    const second = namespace.client().createReceiver('credit');
    assert.deepEqual(bodies(await receive(first, 3)), [0, 1, 2]);
    assert.deepEqual(bodies(await receive(second, 7)), [3, 4, 5, 6, 7, 8, 9]);
    assert.ok(await isEmpty(first));
  });

  test('subscribe processes everything with bounded concurrency', async () => {
    const sender = namespace.client().createSender('process');
    const count = 200;
    await sender.sendMessages(Array.from({ length: count }, (_, body) => ({ body })));
    const receiver = namespace.client().createReceiver('process');
    const seen = new Set<unknown>();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let running = 0;
    let runningMost = 0;
    const subscription = receiver.subscribe(
      {
        async processMessage(message) {
          runningMost = Math.max(runningMost, ++running);
          seen.add(message.body);
          await receiver.completeMessage(message);
          running--;
          if (seen.size === count) resolve();
        },
        async processError({ error }) {
          reject(error);
        },
      },
      { maxConcurrentCalls: 8, autoCompleteMessages: false },
    );
    await promise;
    await subscription.close();
    assert.ok(runningMost <= 8);
    assert.deepEqual(await receiver.peekMessages(1), []);
  });
});
