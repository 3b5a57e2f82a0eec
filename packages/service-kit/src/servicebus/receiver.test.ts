import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageHandlers, ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import { FakeClock } from '@dronedelivery/testing';
import { silentLogger } from '../logger.ts';
import { WatchedReceiver } from './receiver.ts';
import { complete } from './settlement.ts';

const silenceMs = 1000;
const waiting = { state: 'active', messageId: 'w', body: '{}' };

/** A client that hears what is asked of it, and closes once it may. */
class StandIn {
  handlers: MessageHandlers | undefined;
  isReceiving = false;
  isClosed = false;
  readonly completed: unknown[] = [];
  mayClose: Promise<void> = Promise.resolve();
  peek: () => Promise<unknown[]>;

  constructor(peek: () => Promise<unknown[]>) {
    this.peek = peek;
  }

  createReceiver() {
    return {
      peekMessages: () => this.peek(),
      completeMessage: async ({ messageId }: ServiceBusReceivedMessage) => void this.completed.push(messageId),
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

function setUp(peek: () => Promise<unknown[]> = async () => [waiting]) {
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
  const options = { from: { queue: 'q' }, handler, logger: silentLogger, concurrencyMax: 1, silenceMs, clock };
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
