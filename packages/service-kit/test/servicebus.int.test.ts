import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Emulator, startServiceBusEmulator } from '@dronedelivery/servicebus-emulator';
import { eventually } from '@dronedelivery/testing';
import { silentLogger } from '../src/logger.ts';
import {
  abandon,
  complete,
  connectServiceBus,
  deadLetter,
  defer,
  MessageRefused,
  type ReceivedMessage,
  type ServiceBus,
  type Settlement,
} from '../src/servicebus.ts';
import { continuedTrace, currentTrace, runInTrace } from '../src/trace-context.ts';
import { TransientError } from '../src/transient-error.ts';
import { startTcpProxy } from './tcp-proxy.ts';

const queues = [
  'one',
  'batches',
  'settle',
  'pause',
  'stop',
  'silent',
  'away',
  'crowd',
  'deferred',
  'lock',
  'mixed',
  'again',
  'frozen',
];
const config = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'test',
        Queues: queues.map((Name) => ({
          Name,
          Properties: {
            LockDuration: Name === 'lock' ? 'PT1S' : 'PT30S',
            MaxDeliveryCount: 5,
            DefaultMessageTimeToLive: 'PT1H',
          },
        })),
        Topics: [{ Name: 'events', Properties: {}, Subscriptions: [{ Name: 'audit', Properties: {} }] }],
      },
    ],
    Logging: { Type: 'File' },
  },
};

describe('Service Bus', () => {
  let emulator: Emulator;
  let bus: ServiceBus;
  const message = (messageId: string, body = '{}') => ({ messageId, body });
  const receiving = { logger: silentLogger, concurrencyMax: 8 };
  const until = (condition: () => unknown, what: string) => eventually(condition, { what, timeoutMs: 15_000 });

  before(async () => {
    emulator = await startServiceBusEmulator({ config });
    bus = await connectServiceBus({ connectionString: emulator.connectionString });
  });
  after(async () => {
    await bus.close();
    await emulator[Symbol.asyncDispose]();
  });

  test('a message arrives as it was sent, in the trace of its sender', async () => {
    const trace = continuedTrace(undefined);
    const arrived = Promise.withResolvers<{ message: ReceivedMessage; traceId: string | undefined }>();
    await using _receiver = bus.receive({
      ...receiving,
      from: { topic: 'events', subscription: 'audit' },
      handler: async (received) => {
        arrived.resolve({ message: received, traceId: currentTrace()?.traceId });
        return complete;
      },
    });
    await runInTrace(trace, () =>
      bus
        .sender('events')
        .send({ ...message('m1', '{"a":"é"}'), subject: 's', properties: { kind: 'create', n: 3, yes: true } }),
    );
    const { message: received, traceId } = await arrived.promise;
    assert.equal(traceId, trace.traceId);
    assert.equal(received.body.toString(), '{"a":"é"}');
    assert.deepEqual([received.messageId, received.subject, received.contentType], ['m1', 's', 'application/json']);
    const { traceparent: _, ...properties } = received.properties;
    assert.deepEqual(properties, { kind: 'create', n: 3, yes: true });
    assert.match(received.sequenceNumber, /^\d+$/);
    assert.ok(Math.abs(received.enqueuedAtMs - Date.now()) < 10_000);
  });

  test('concurrent sends travel together, and each learns of its own fate', async () => {
    const sender = bus.sender('batches');
    await sender.warm();
    const sends = Array.from({ length: 500 }, (_, index) => sender.send(message(`b${index}`)));
    const tooLarge = sender.send(message('huge', `"${'x'.repeat(400_000)}"`));
    const large = Array.from({ length: 4 }, (_, index) =>
      sender.send(message(`large${index}`, `"${'x'.repeat(100_000)}"`)),
    );
    const [refused, ...accepted] = await Promise.allSettled([tooLarge, ...sends, ...large]);
    assert.ok(refused?.status === 'rejected' && refused.reason instanceof MessageRefused);
    assert.ok(accepted.every(({ status }) => status === 'fulfilled'));
    assert.equal(emulator.status().entities.find(({ name }) => name === 'batches')?.active, 504);
  });

  test('every decision of a handler becomes of the message what it says', async () => {
    const decisions: Record<string, Settlement> = { c: complete, d: deadLetter('unreadable', 'not JSON'), f: defer };
    const seen: string[] = [];
    await using _receiver = bus.receive({
      ...receiving,
      from: { queue: 'settle' },
      abandonPauseMs: 1,
      handler: async ({ messageId, deliveryCount }) => {
        seen.push(`${messageId}${deliveryCount}`);
        if (messageId === 'a' && deliveryCount === 0) return abandon;
        if (messageId === 'x' && deliveryCount === 0) throw new Error('a crash');
        return decisions[messageId] ?? complete;
      },
    });
    await bus.sender('settle').send(['c', 'd', 'f', 'a', 'x'].map((id) => message(id)));
    await until(() => seen.includes('a1') && seen.includes('x1'), 'redelivery');
    const entity = () => emulator.status().entities.find(({ name }) => name === 'settle');
    await until(
      () => entity()?.active === 0 && entity()?.deferred === 1 && entity()?.deadLettered === 1,
      'settlements',
    );
    const dead = Promise.withResolvers<ReceivedMessage>();
    await using _dead = bus.receive({
      ...receiving,
      from: { queue: 'settle', deadLetters: true },
      handler: async (received) => {
        dead.resolve(received);
        return complete;
      },
    });
    const { messageId, deadLetterReason, deadLetterDescription } = await dead.promise;
    assert.deepEqual([messageId, deadLetterReason, deadLetterDescription], ['d', 'unreadable', 'not JSON']);
  });

  test('neighbours with different decisions keep their own', async () => {
    const decisions = [complete, deadLetter('odd', 'one out'), defer] as const;
    const all = Promise.withResolvers<void>();
    let waiting = 0;
    await using _receiver = bus.receive({
      ...receiving,
      from: { queue: 'mixed' },
      concurrencyMax: 60,
      handler: async ({ messageId }) => {
        // All decide in one turn.
        if (++waiting === 60) all.resolve();
        await all.promise;
        return decisions[Number(messageId) % 3] ?? complete;
      },
    });
    await bus.sender('mixed').send(Array.from({ length: 60 }, (_, index) => message(String(index))));
    const entity = () => emulator.status().entities.find(({ name }) => name === 'mixed');
    await until(() => entity()?.active === 0, 'settlements');
    assert.deepEqual([entity()?.deadLettered, entity()?.deferred], [20, 20]);
  });

  test('looks into an entity, and acts on deferred messages by number', async () => {
    await bus.sender('deferred').send([message('p1'), { ...message('p2'), scheduledAtMs: Date.now() + 60_000 }]);
    await using browser = bus.browse({ queue: 'deferred' });
    assert.deepEqual(
      (await browser.peek({ max: 10 })).map(({ messageId, state }) => [messageId, state]),
      [
        ['p1', 'active'],
        ['p2', 'scheduled'],
      ],
    );
    await using _receiver = bus.receive({ ...receiving, from: { queue: 'deferred' }, handler: async () => defer });
    const [parked] = (await until(async () => {
      const found = await browser.peek({ max: 1 });
      return found[0]?.state === 'deferred' && found;
    }, 'deferral')) as { sequenceNumber: string }[];
    const held = await browser.receiveDeferred(['999', parked?.sequenceNumber ?? '']);
    assert.deepEqual(
      held.map(({ messageId }) => messageId),
      ['p1'],
    );
    await held[0]?.settle(complete);
    assert.deepEqual(
      (await browser.peek({ max: 10 })).map(({ messageId }) => messageId),
      ['p2'],
    );
    const behind = String(BigInt(parked?.sequenceNumber ?? 0) + 1n);
    assert.equal((await browser.peek({ max: 10, fromSequenceNumber: behind })).length, 1);
  });

  test('hands out no more at once than was asked, also after a pause', async () => {
    let now = 0;
    let most = 0;
    let done = 0;
    await using receiver = bus.receive({
      ...receiving,
      from: { queue: 'crowd' },
      concurrencyMax: 4,
      handler: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now--;
        done++;
        return complete;
      },
    });
    const send = (round: number) =>
      bus.sender('crowd').send(Array.from({ length: 100 }, (_, index) => message(`r${round}-${index}`)));
    await send(1);
    await receiver.pause();
    await receiver.resume();
    await send(2);
    await until(() => done === 200, 'all messages');
    assert.equal(most, 4);
  });

  test('a paused receiver takes nothing until it is resumed', async () => {
    const seen: string[] = [];
    await using receiver = bus.receive({
      ...receiving,
      from: { queue: 'pause' },
      handler: async ({ messageId }) => {
        seen.push(messageId);
        return complete;
      },
    });
    await bus.sender('pause').send(message('before'));
    await until(() => seen.length === 1, 'the first message');
    await receiver.pause();
    await bus.sender('pause').send(message('during'));
    await using browser = bus.browse({ queue: 'pause' });
    assert.equal((await browser.peek({ max: 5 })).length, 1);
    assert.deepEqual([receiver.isPaused, seen], [true, ['before']]);
    await receiver.resume();
    await until(() => seen.length === 2, 'the second message');
  });

  test('a stop lets the handler in hand end and settle', async () => {
    const started = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const receiver = bus.receive({
      ...receiving,
      from: { queue: 'stop' },
      handler: async () => {
        started.resolve();
        await gate.promise;
        return complete;
      },
    });
    await bus.sender('stop').send(message('m'));
    await started.promise;
    const closed = receiver.close();
    gate.resolve();
    await closed;
    assert.equal(emulator.status().entities.find(({ name }) => name === 'stop')?.active, 0);
  });

  test('a lost lock is a redelivery, not an error', async () => {
    const counts: number[] = [];
    await using _receiver = bus.receive({
      ...receiving,
      from: { queue: 'lock' },
      // No renewal: the lock of one second runs out under the handler.
      lockRenewalMsMax: 1,
      handler: async ({ deliveryCount }, { signal }) => {
        counts.push(deliveryCount);
        if (deliveryCount === 0) await new Promise((resolve) => setTimeout(resolve, 1500, signal));
        return complete;
      },
    });
    await bus.sender('lock').send(message('m'));
    await until(() => counts.includes(1), 'redelivery');
    await until(() => emulator.status().entities.find(({ name }) => name === 'lock')?.active === 0, 'completion');
  });

  test('a receiver that fell silent is noticed, rebuilt and counted', async () => {
    await using proxy = await startTcpProxy(emulator.port);
    const through = emulator.connectionString.replace(`:${emulator.port}`, `:${proxy.port}`);
    await using watched = await connectServiceBus({ connectionString: through });
    const seen: string[] = [];
    const receiver = watched.receive({
      ...receiving,
      from: { queue: 'silent' },
      silenceMs: 300,
      drainLimitMs: 100,
      handler: async ({ messageId }) => {
        seen.push(messageId);
        return complete;
      },
    });
    await bus.sender('silent').send(message('before'));
    await until(() => seen.length === 1, 'the first message');
    proxy.freeze();
    await bus.sender('silent').send(message('after'));
    await until(() => receiver.rebuilt > 0, 'rebuilding');
    await until(async () => {
      // What the broker had handed to the dead connection is locked; new messages come at once.
      await bus.sender('silent').send(message(`more${seen.length}`));
      return seen.some((id) => id.startsWith('more'));
    }, 'messages after rebuilding');
  });

  test('a reconnect grants no more messages at once', async () => {
    await using proxy = await startTcpProxy(emulator.port);
    const through = emulator.connectionString.replace(`:${emulator.port}`, `:${proxy.port}`);
    await using other = await connectServiceBus({ connectionString: through });
    const gate = Promise.withResolvers<void>();
    const handled = new Set<string>();
    let now = 0;
    let most = 0;
    const receiver = other.receive({
      ...receiving,
      from: { queue: 'again' },
      concurrencyMax: 3,
      handler: async ({ messageId }) => {
        most = Math.max(most, ++now);
        await gate.promise;
        now--;
        handled.add(messageId);
        return complete;
      },
    });
    await bus.sender('again').send(Array.from({ length: 12 }, (_, index) => message(String(index))));
    await until(() => now === 3, 'the first messages');
    proxy.cut(false);
    await until(() => receiver.inHand > 3, 'messages over the new connection');
    gate.resolve();
    await until(() => handled.size >= 9, 'the rest');
    assert.equal(most, 3);
  });

  test('a sender whose connection fell silent sends over a new one', async () => {
    await using proxy = await startTcpProxy(emulator.port);
    const through = emulator.connectionString.replace(`:${emulator.port}`, `:${proxy.port}`);
    await using other = await connectServiceBus({ connectionString: through });
    const sender = other.sender('frozen');
    await sender.warm();
    proxy.freeze();
    const startedAt = performance.now();
    await until(() => sender.send(message('m'), { timeoutMs: 500 }).then(() => true), 'sending again');
    assert.ok(performance.now() - startedAt < 5000, `after ${performance.now() - startedAt} ms`);
  });

  test('an idle receiver on an empty entity is left alone', async () => {
    await using receiver = bus.receive({
      ...receiving,
      from: { queue: 'one' },
      silenceMs: 50,
      handler: async () => complete,
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(receiver.rebuilt, 0);
  });

  test('while the broker is away a send fails in time, and works again after', async () => {
    await using proxy = await startTcpProxy(emulator.port);
    const through = emulator.connectionString.replace(`:${emulator.port}`, `:${proxy.port}`);
    await using away = await connectServiceBus({ connectionString: through });
    const seen: string[] = [];
    const receiver = away.receive({
      ...receiving,
      from: { queue: 'away' },
      handler: async ({ messageId }) => {
        seen.push(messageId);
        return complete;
      },
    });
    const sender = away.sender('away');
    await sender.send(message('before'));
    await until(() => seen.length === 1, 'the first message');
    proxy.cut(true);
    const startedAt = performance.now();
    await assert.rejects(sender.send(message('lost'), { timeoutMs: 500 }), (error) => error instanceof TransientError);
    assert.ok(performance.now() - startedAt < 20_000, 'not only after the minute of the client library');
    proxy.cut(false);
    await until(() => sender.send(message('after'), { timeoutMs: 1000 }).then(() => true), 'sending again');
    await until(() => seen.includes('after'), 'receiving again');
    await until(() => receiver.inHand === 0, 'nothing in hand');
  });
});

test('without a broker a service can still connect, and its sends fail in time', async () => {
  const connectionString =
    'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=k;SharedAccessKey=s;UseDevelopmentEmulator=true;';
  const bus = await connectServiceBus({ connectionString });
  bus.receive({ from: { queue: 'q' }, logger: silentLogger, concurrencyMax: 1, handler: async () => complete });
  await assert.rejects(bus.sender('q').send({ messageId: 'm', body: '{}' }, { timeoutMs: 300 }), TransientError);
  const startedAt = performance.now();
  await bus.close();
  assert.ok(performance.now() - startedAt < 15_000);
});
