import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageHandlers, ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import { FakeClock } from '@dronedelivery/testing';
import { silentLogger } from '../logger.ts';
import { type ReceiverOptions, WatchedReceiver } from './receiver.ts';
import { complete } from './settlement.ts';

const silenceMs = 1000;
const waiting = { state: 'active', messageId: 'w', body: '{}' };

/** A client that hears what is asked of it, and closes once it may. */
class StandIn {
  handlers: MessageHandlers | undefined;
  isReceiving = false;
  isClosed = false;
  readonly completed: unknown[] = [];
  readonly abandoned: unknown[] = [];
  mayClose: Promise<void> = Promise.resolve();
  maySettle: Promise<void> = Promise.resolve();
  peek: () => Promise<unknown[]>;

  constructor(peek: () => Promise<unknown[]>) {
    this.peek = peek;
  }

  createReceiver() {
    return {
      peekMessages: () => this.peek(),
      completeMessage: async ({ messageId }: ServiceBusReceivedMessage) => {
        await this.maySettle;
        this.completed.push(messageId);
      },
      abandonMessage: async ({ messageId }: ServiceBusReceivedMessage) => void this.abandoned.push(messageId),
      subscribe: (handlers: MessageHandlers) => {
        this.handlers = handlers;
        this.isReceiving = true;
        return {
          close: async () => {
            this.isReceiving = false;
          },
        };
      },
    };
  }

  async close() {
    await this.mayClose;
    this.isClosed = true;
  }
}

function setUp(peek: () => Promise<unknown[]> = async () => [waiting], more: Partial<ReceiverOptions> = {}) {
  const clock = new FakeClock();
  const clients: StandIn[] = [];
  const newClient = () => {
    const client = new StandIn(peek);
    clients.push(client);
    return client as unknown as ServiceBusClient;
  };
  const seen: string[] = [];
  const handler = async ({ messageId }: { readonly messageId: string }) => {
    seen.push(messageId);
    return complete;
  };
  const fixed = { from: { queue: 'q' }, logger: silentLogger, concurrencyMax: 1, silenceMs, clock };
  const options: ReceiverOptions = { ...fixed, handler, ...more };
  return { receiver: new WatchedReceiver(options, newClient), clients, clock, seen };
}

const message = (messageId: string) => ({ messageId, body: Buffer.from('{}') }) as ServiceBusReceivedMessage;

test('a silent receiver is replaced whole: its connection is closed, and messages come over the new one', async () => {
  const { receiver, clients, clock, seen } = setUp();
  await clients[0]?.handlers?.processMessage(message('before'));
  await clock.advance(silenceMs);
  assert.equal(receiver.rebuilt, 0, 'one look is not enough');
  await clock.advance(silenceMs);
  const [first, , second] = clients;
  assert.deepEqual(
    [receiver.rebuilt, first?.isReceiving, first?.isClosed, second?.isReceiving],
    [1, false, true, true],
  );
  await second?.handlers?.processMessage(message('after'));
  assert.deepEqual([seen, second?.completed], [['before', 'after'], ['after']]);
  await receiver.close();
  assert.deepEqual(
    clients.map(({ isReceiving, isClosed }) => [isReceiving, isClosed]),
    [
      [false, true],
      [false, true],
      [false, true],
    ],
  );
});

test('a receiver that is paused or closed during a look is left as it is', async () => {
  for (const end of ['pause', 'close'] as const) {
    const looks: ((found: unknown[]) => void)[] = [];
    const { receiver, clients, clock } = setUp(() => new Promise((resolve) => looks.push(resolve)));
    await clock.advance(silenceMs);
    looks[0]?.([waiting]);
    await clock.advance(silenceMs / 2);
    assert.equal(looks.length, 2);
    await receiver[end]();
    looks[1]?.([waiting]);
    await clock.advance(silenceMs / 4);
    assert.deepEqual([receiver.rebuilt, clients.length, clients[0]?.isReceiving], [0, 2, false], end);
    await receiver.close();
  }
});

test('a close waits for the connections that were replaced before', async ({ mock }) => {
  // Nor is it the limit of a close that ends it.
  mock.timers.enable({ apis: ['setTimeout'] });
  const { receiver, clients, clock } = setUp();
  const gate = Promise.withResolvers<void>();
  if (clients[0] !== undefined) clients[0].mayClose = gate.promise;
  await clock.advance(2 * silenceMs);
  assert.equal(receiver.rebuilt, 1);
  let isClosed = false;
  const closing = receiver.close().then(() => {
    isClosed = true;
  });
  await clock.advance(0);
  assert.equal(isClosed, false);
  gate.resolve();
  await closing;
  assert.equal(clients[0]?.isClosed, true);
});

test('what crashes its handler is abandoned after a pause, or its delivery count would be spent in no time', async () => {
  const handler = () => Promise.reject(new Error('crash'));
  const { receiver, clients, clock } = setUp(undefined, { handler, abandonPauseMs: 700 });
  const handled = clients[0]?.handlers?.processMessage(message('m'));
  await clock.advance(699);
  assert.deepEqual(clients[0]?.abandoned, []);
  await clock.advance(1);
  await handled;
  assert.deepEqual(clients[0]?.abandoned, ['m']);
  await receiver.close();
});

test('what is decided after the connection is gone is not settled', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const decided = Promise.withResolvers<typeof complete>();
  const { receiver, clients, clock } = setUp(undefined, { handler: () => decided.promise, drainLimitMs: 500 });
  const handled = clients[0]?.handlers?.processMessage(message('m'));
  const closing = receiver.close();
  await clock.advance(0);
  mock.timers.tick(500);
  await closing;
  assert.equal(clients[0]?.isClosed, true);
  decided.resolve(complete);
  await handled;
  assert.deepEqual(clients[0]?.completed, []);
});

test('a handler hears when its time is over, and in a stop while there is still time to settle', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  for (const [atMs, end] of [
    [5000, undefined],
    [800, (receiver: WatchedReceiver) => receiver.close()],
  ] as const) {
    let isTold = false;
    const handler: ReceiverOptions['handler'] = (_, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          isTold = true;
          resolve(complete);
        });
      });
    const { receiver, clients, clock } = setUp(undefined, { handler, lockRenewalMsMax: 5000, drainLimitMs: 1000 });
    const handled = clients[0]?.handlers?.processMessage(message('m'));
    const ended = end?.(receiver);
    await clock.advance(atMs - 1);
    assert.equal(isTold, false);
    await clock.advance(1);
    await Promise.all([handled, ended]);
    assert.deepEqual([isTold, clients[0]?.completed], [true, ['m']]);
    await receiver.close();
  }
});

test('a settlement that hangs holds its place only for so long', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { receiver, clients, clock, seen } = setUp();
  const [client] = clients;
  if (client !== undefined) client.maySettle = new Promise(() => undefined);
  const handled = ['first', 'second'].map((id) => client?.handlers?.processMessage(message(id)));
  await clock.advance(0);
  mock.timers.tick(4999);
  await clock.advance(0);
  assert.deepEqual(seen, ['first']);
  mock.timers.tick(1);
  await handled[0];
  await clock.advance(0);
  assert.deepEqual(seen, ['first', 'second']);
  mock.timers.tick(5000);
  await handled[1];
  await receiver.close();
});
