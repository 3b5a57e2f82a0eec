import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { bodies, isEmpty, useNamespace } from '../support/namespace.ts';

const numbered = (count: number) => Array.from({ length: count }, (_, body) => ({ body }));

/** A handler has ended before the client completes its message. */
async function untilCompleted(
  receiver: Pick<ServiceBusReceiver, 'peekMessages'>,
  first: ServiceBusReceivedMessage['sequenceNumber'],
): Promise<void> {
  assert.ok(first !== undefined);
  while ((await receiver.peekMessages(1, { fromSequenceNumber: first })).length > 0);
}

suite('processing', { concurrency: true }, () => {
  const namespace = useNamespace();

  test('never more handlers at once than asked for, and as many as that', async () => {
    const [count, callsMax] = [30, 4];
    await namespace.client().createSender('processor').sendMessages(numbered(count));
    const receiver = namespace.client().createReceiver('processor');
    const others = namespace.client().createReceiver('processor');
    const seen = new Set<unknown>();
    const done = Promise.withResolvers<void>();
    const full = Promise.withResolvers<void>();
    let [running, most] = [0, 0];
    let first: ServiceBusReceivedMessage['sequenceNumber'];
    receiver.subscribe(
      {
        async processMessage({ body, sequenceNumber }) {
          first ??= sequenceNumber;
          most = Math.max(most, ++running);
          if (running === callsMax) full.resolve();
          await full.promise;
          seen.add(body);
          running--;
          if (seen.size === count) done.resolve();
        },
        async processError({ error }) {
          done.reject(error);
        },
      },
      { maxConcurrentCalls: callsMax },
    );
    await full.promise;
    await done.promise;
    assert.equal(most, callsMax);
    await untilCompleted(others, first);
    await receiver.close();
  });

  test('what a handler throws at is abandoned, what it settles itself is left alone', async () => {
    await namespace.client().createSender('processor-settling').sendMessages(numbered(2));
    const receiver = namespace.client().createReceiver('processor-settling');
    const deliveries: [unknown, number | undefined][] = [];
    const errors: string[] = [];
    let first: ServiceBusReceivedMessage['sequenceNumber'];
    const { promise, resolve } = Promise.withResolvers<void>();
    receiver.subscribe({
      async processMessage(message) {
        first ??= message.sequenceNumber;
        deliveries.push([message.body, message.deliveryCount]);
        if (message.body === 0)
          await receiver.deadLetterMessage(message, { deadLetterReason: 'a', deadLetterErrorDescription: 'b' });
        else if (message.deliveryCount === 0) throw new Error('not yet');
        else resolve();
      },
      async processError({ error, errorSource }) {
        errors.push(`${errorSource}: ${error.message}`);
      },
    });
    await promise;
    await untilCompleted(receiver, first);
    await receiver.close();
    assert.deepEqual(deliveries, [
      [0, 0],
      [1, 0],
      [1, 1],
    ]);
    assert.deepEqual(errors, ['processMessageCallback: not yet']);
  });

  test('a lock is renewed for as long as a handler works', async () => {
    await namespace.client().createSender('processor-renewal').sendMessages({ body: 'slow' });
    const receiver = namespace.client().createReceiver('processor-renewal', { maxAutoLockRenewalDurationInMs: 60_000 });
    const others = namespace.client().createReceiver('processor-renewal');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    receiver.subscribe({
      async processMessage(message) {
        begun.resolve();
        // Twice as long as the lock holds.
        await delay(4_000);
        await receiver.completeMessage(message);
        resolve();
      },
      async processError({ error }) {
        reject(error);
      },
    });
    await begun.promise;
    assert.deepEqual(await others.receiveMessages(1, { maxWaitTimeInMs: 3_500 }), []);
    await promise;
    await receiver.close();
    assert.ok(await isEmpty(others));
  });

  test('a session’s messages come in order, as many at once as asked for', async () => {
    const messages = numbered(12).map((message) => ({ ...message, sessionId: 'a' }));
    await namespace.client().createSender('processor-sessions').sendMessages(messages);
    const receiver = await namespace.client().acceptSession('processor-sessions', 'a');
    const seen: unknown[] = [];
    let [running, most] = [0, 0];
    let first: ServiceBusReceivedMessage['sequenceNumber'];
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    receiver.subscribe(
      {
        async processMessage({ body, sequenceNumber }) {
          first ??= sequenceNumber;
          most = Math.max(most, ++running);
          seen.push(body);
          await delay(5);
          running--;
          if (seen.length === messages.length) resolve();
        },
        async processError({ error }) {
          reject(error);
        },
      },
      { maxConcurrentCalls: 3 },
    );
    await promise;
    await untilCompleted(receiver, first);
    await receiver.close();
    assert.deepEqual(seen, bodies(messages));
    assert.equal(most, 3);
  });

  test('an iterator gives one after the other; a wait that finds nothing ends in time', async () => {
    const receiver = namespace.client().createReceiver('iterator');
    const started = performance.now();
    assert.deepEqual(await receiver.receiveMessages(5, { maxWaitTimeInMs: 500 }), []);
    assert.ok(performance.now() - started >= 490);
    await namespace.client().createSender('iterator').sendMessages(numbered(3));
    const seen: unknown[] = [];
    for await (const message of receiver.getMessageIterator()) {
      seen.push(message.body);
      await receiver.completeMessage(message);
      if (seen.length === 3) break;
    }
    assert.deepEqual(seen, [0, 1, 2]);
  });
});
