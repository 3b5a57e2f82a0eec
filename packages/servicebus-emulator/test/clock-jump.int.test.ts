import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceBusClient } from '@azure/service-bus';
import { systemClock } from '../src/core/clock.ts';
import { startServiceBusEmulator } from '../src/index.ts';
import { bodies, isEmpty, receiveOne } from './support/namespace.ts';

const hourMs = 3_600_000;
const config = {
  UserConfig: { Namespaces: [{ Name: 'jumps', Queues: [{ Name: 'q', Properties: { LockDuration: 'PT1M' } }] }] },
};

/** The wall clock can be set; timers go on by one that never jumps, as the system's do. */
async function open() {
  const resources = new AsyncDisposableStack();
  const wall = { aheadMs: 0 };
  const clock = { ...systemClock, nowMs: () => Date.now() + wall.aheadMs };
  const emulator = resources.use(await startServiceBusEmulator({ config, clock }));
  const client = new ServiceBusClient(emulator.connectionString, { retryOptions: { maxRetries: 0 } });
  resources.defer(() => client.close());
  const [sender, receiver] = [client.createSender('q'), client.createReceiver('q')];
  return { wall, clock, sender, receiver, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

test('a clock set forward ends the locks: each message comes again once, and its late settlement is refused', async () => {
  await using scene = await open();
  const { wall, sender, receiver } = scene;
  await sender.sendMessages([{ body: 'a' }, { body: 'b' }]);
  const held = await receiver.receiveMessages(2);
  assert.deepEqual(bodies(held).sort(), ['a', 'b']);
  wall.aheadMs += hourMs;
  for (const message of held) await assert.rejects(receiver.completeMessage(message), { code: 'MessageLockLost' });
  const again = [await receiveOne(receiver), await receiveOne(receiver)];
  assert.deepEqual(
    again.map(({ body, deliveryCount }) => [body, deliveryCount]),
    [
      ['a', 1],
      ['b', 1],
    ],
  );
  for (const message of again) await receiver.completeMessage(message);
  assert.ok(await isEmpty(receiver));
});

test('a clock set back and right again: what was scheduled meanwhile and before comes once, and in time', async () => {
  await using scene = await open();
  const { wall, clock, sender, receiver } = scene;
  const inMs = (ms: number) => new Date(clock.nowMs() + ms);
  await sender.scheduleMessages({ body: 'before' }, inMs(hourMs / 6));
  wall.aheadMs -= hourMs;
  await sender.scheduleMessages({ body: 'meanwhile' }, inMs(300));
  const timely = await receiveOne(receiver);
  assert.equal(timely.body, 'meanwhile');
  await receiver.completeMessage(timely);
  assert.ok(await isEmpty(receiver));
  wall.aheadMs += hourMs + hourMs / 6;
  const late = await receiveOne(receiver);
  assert.equal(late.body, 'before');
  await receiver.completeMessage(late);
});
