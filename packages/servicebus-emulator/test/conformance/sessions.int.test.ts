import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ServiceBusClient, type ServiceBusSessionReceiver } from '@azure/service-bus';
import { bodies, isEmpty, receive, receiveOne, useNamespace } from '../support/namespace.ts';

const sessionsOf = (...ids: string[]) => ids.map((sessionId, body) => ({ body, sessionId }));

suite('sessions', { concurrency: true }, () => {
  const namespace = useNamespace();
  const send = (queue: string, ...ids: string[]) =>
    namespace
      .client()
      .createSender(queue)
      .sendMessages(sessionsOf(...ids));

  /** Waits a second for a session at most. */
  const acceptSoon = async (queue: string, use: (receiver: ServiceBusSessionReceiver) => Promise<void>) => {
    const client = new ServiceBusClient(namespace.connectionString(), {
      retryOptions: { maxRetries: 0, timeoutInMs: 1_000 },
    });
    try {
      await use(await client.acceptNextSession(queue));
    } finally {
      await client.close();
    }
  };

  test('a receiver gets the messages of its session alone, in order', async () => {
    await send('session-order', 'a', 'b', 'a', 'b', 'a');
    const receiver = await namespace.client().acceptSession('session-order', 'a');
    assert.equal(receiver.sessionId, 'a');
    assert.ok(receiver.sessionLockedUntilUtc > new Date());
    const [first, second, third] = await receive(receiver, 3);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    assert.deepEqual([first.body, first.sessionId, first.lockedUntilUtc], [0, 'a', receiver.sessionLockedUntilUtc]);
    assert.ok(await isEmpty(receiver));
    await receiver.completeMessage(second);
    await receiver.abandonMessage(first);
    await receiver.abandonMessage(third);
    assert.deepEqual(bodies(await receive(receiver, 2)), [0, 4]);
    await assert.rejects(receiver.renewMessageLock(first), /invalid operation/);
  });

  test('the next session is one that has messages and no receiver', async () => {
    await send('session-next', 'a', 'b', 'a');
    const [one, two] = await Promise.all([1, 2].map(() => namespace.client().acceptNextSession('session-next')));
    assert.ok(one !== undefined && two !== undefined);
    assert.deepEqual([one.sessionId, two.sessionId].sort(), ['a', 'b']);
    await assert.rejects(
      acceptSoon('session-next', () => Promise.resolve()),
      { code: 'ServiceTimeout' },
    );
    const { sessionId } = one;
    await one.close();
    await acceptSoon('session-next', async (again) => assert.equal(again.sessionId, sessionId));
  });

  test('who waits for a session gets the first that has a message', async () => {
    const waiting = namespace.client().acceptNextSession('session-wait');
    await namespace.client().acceptSession('session-wait', 'empty');
    await send('session-wait', 'later');
    const receiver = await waiting;
    assert.equal(receiver.sessionId, 'later');
    assert.equal((await receiveOne(receiver)).body, 0);
  });

  test('a session that is held cannot be had; when its receiver closes, it can, and nothing is counted', async () => {
    await send('session-held', 'a');
    const holder = await namespace.client().acceptSession('session-held', 'a');
    assert.equal((await receiveOne(holder)).deliveryCount, 0);
    const refused = { code: 'SessionCannotBeLocked' };
    await assert.rejects(namespace.client().acceptSession('session-held', 'a'), refused);
    await holder.close();
    const next = await namespace.client().acceptSession('session-held', 'a');
    const message = await receiveOne(next);
    assert.equal(message.deliveryCount, 0);
    await next.completeMessage(message);
  });

  test('a session lock that runs out frees the session, and counts', async () => {
    await send('session-expiry', 'a');
    const options = { maxAutoLockRenewalDurationInMs: 0 };
    const slow = await namespace.client().acceptSession('session-expiry', 'a', options);
    const message = await receiveOne(slow);
    const next = await namespace.client().acceptNextSession('session-expiry');
    assert.equal(next.sessionId, 'a');
    await assert.rejects(slow.completeMessage(message), { code: 'SessionLockLost' });
    await assert.rejects(slow.renewSessionLock(), { code: 'SessionLockLost' });
    assert.ok(slow.isClosed);
    assert.equal((await receiveOne(next)).deliveryCount, 1);
  });

  test('renewing keeps a session, and with it the locks of its messages', async () => {
    await send('session-renewal', 'a');
    const receiver = await namespace.client().acceptSession('session-renewal', 'a', {
      maxAutoLockRenewalDurationInMs: 0,
    });
    const message = await receiveOne(receiver);
    const until = receiver.sessionLockedUntilUtc.getTime();
    while (Date.now() < until + 1_000) {
      const renewed = await receiver.renewSessionLock();
      assert.ok(renewed.getTime() > Date.now());
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await receiver.completeMessage(message);
  });

  test('state stays with the session until it is cleared', async () => {
    const client = namespace.client();
    const first = await client.acceptSession('session-state', 'a');
    assert.equal(await first.getSessionState(), null);
    await first.setSessionState({ step: 1, note: 'ö' });
    await first.close();
    const other = await client.acceptSession('session-state', 'b');
    assert.equal(await other.getSessionState(), null);
    const second = await client.acceptSession('session-state', 'a');
    assert.deepEqual(await second.getSessionState(), { step: 1, note: 'ö' });
    await second.setSessionState(null);
    assert.equal(await second.getSessionState(), null);
  });

  test('peek shows the session of its receiver, scheduled messages too', async () => {
    const sender = namespace.client().createSender('session-peek');
    await sender.sendMessages(sessionsOf('a', 'b', 'a'));
    await sender.scheduleMessages({ body: 'later', sessionId: 'a' }, new Date(Date.now() + 3_600_000));
    const receiver = await namespace.client().acceptSession('session-peek', 'a');
    assert.deepEqual(bodies(await receiver.peekMessages(9)), [0, 2, 'later']);
    const [first, second] = await receive(receiver, 2);
    assert.deepEqual([first?.body, second?.body], [0, 2]);
    assert.ok(first?.sequenceNumber !== undefined);
    const everything = { fromSequenceNumber: first.sequenceNumber };
    const all = namespace.client().createReceiver('session-peek');
    assert.deepEqual(bodies(await all.peekMessages(9, everything)), [0, 1, 2, 'later']);
  });

  test('a deferred message is had within its session', async () => {
    await send('session-defer', 'a', 'b');
    const receiver = await namespace.client().acceptSession('session-defer', 'a');
    const other = await namespace.client().acceptSession('session-defer', 'b');
    const message = await receiveOne(receiver);
    await receiver.deferMessage(message);
    assert.ok(message.sequenceNumber !== undefined);
    await assert.rejects(other.receiveDeferredMessages(message.sequenceNumber), { code: 'MessageNotFound' });
    const [deferred] = await receiver.receiveDeferredMessages(message.sequenceNumber);
    assert.ok(deferred !== undefined);
    await receiver.completeMessage(deferred);
    assert.deepEqual(await receiver.peekMessages(1), []);
  });

  test('dead letters of a session are read without one', async () => {
    await send('session-dead', 'a');
    const receiver = await namespace.client().acceptSession('session-dead', 'a');
    await receiver.deadLetterMessage(await receiveOne(receiver), {
      deadLetterReason: 'bad',
      deadLetterErrorDescription: 'broken',
    });
    const dead = await receiveOne(namespace.client().createReceiver('session-dead', { subQueueType: 'deadLetter' }));
    assert.partialDeepStrictEqual(dead, { sessionId: 'a', deadLetterReason: 'bad' });
  });

  test('sessions and entities without them do not mix', async () => {
    const client = namespace.client();
    const plain = client.createReceiver('session-refused');
    await assert.rejects(plain.receiveMessages(1, { maxWaitTimeInMs: 5_000 }), /requires sessions/);
    await assert.rejects(client.acceptNextSession('no-sessions'), /does not require sessions/);
    await assert.rejects(client.acceptSession('no-sessions', 'a'), { code: 'SessionCannotBeLocked' });
    const sender = client.createSender('session-refused');
    await assert.rejects(sender.sendMessages({ body: 1 }), /InvalidOperationError.*session id/);
    await assert.rejects(sender.sendMessages([{ body: 1, sessionId: 'a' }, { body: 2 }]), /session id/);
    assert.deepEqual(await plain.peekMessages(1), []);
  });

  test('receive and delete takes messages of the session for good', async () => {
    await send('session-taken', 'a', 'a');
    const receiver = await namespace.client().acceptSession('session-taken', 'a', { receiveMode: 'receiveAndDelete' });
    assert.deepEqual(bodies(await receive(receiver, 2)), [0, 1]);
    assert.deepEqual(await receiver.peekMessages(1), []);
  });

  test('a subscription has sessions; a message without one is dead-lettered in it', async () => {
    const client = namespace.client();
    await client.createSender('events').sendMessages([
      { body: 'with', sessionId: 'a', messageId: 'with' },
      { body: 'without', messageId: 'without' },
    ]);
    const receiver = await client.acceptSession('events', 'sessions', 'a');
    assert.equal((await receiveOne(receiver)).body, 'with');
    const deadLetters = client.createReceiver('events', 'sessions', { subQueueType: 'deadLetter' });
    const dead = await receiveOne(deadLetters);
    assert.partialDeepStrictEqual(dead, { body: 'without', deadLetterReason: 'Session id is null.' });
  });

  test('many workers: no session has two receivers, and each is processed in order', async () => {
    const [sessions, messagesEach] = [12, 10];
    const ids = Array.from({ length: sessions * messagesEach }, (_, index) => `s${index % sessions}`);
    await send('session-crowd', ...ids);
    const holders = new Set<string>();
    const seen = new Map<string, unknown[]>();
    // Half of a session at a time, so that sessions go from hand to hand.
    const share = messagesEach / 2;
    let sharesLeft = sessions * 2;
    const work = async () => {
      while (sharesLeft-- > 0) {
        const receiver = await namespace.client().acceptNextSession('session-crowd');
        const { sessionId } = receiver;
        assert.ok(!holders.has(sessionId), 'two receivers');
        holders.add(sessionId);
        const messages = await receive(receiver, share);
        seen.set(sessionId, [...(seen.get(sessionId) ?? []), ...bodies(messages)]);
        for (const message of messages) await receiver.completeMessage(message);
        holders.delete(sessionId);
        await receiver.close();
      }
    };
    await Promise.all(Array.from({ length: 4 }, work));
    assert.equal(seen.size, sessions);
    for (const got of seen.values())
      assert.deepEqual(
        got,
        [...got].sort((a, b) => Number(a) - Number(b)),
      );
  });
});
