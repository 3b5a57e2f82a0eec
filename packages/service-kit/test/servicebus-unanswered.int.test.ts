import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServiceBusEmulator } from '@dronedelivery/servicebus-emulator';
import { eventually, unansweredPort } from '@dronedelivery/testing';
import { silentLogger } from '../src/logger.ts';
import { complete, connectServiceBus } from '../src/servicebus.ts';
import { TransientError } from '../src/transient-error.ts';

const config = {
  UserConfig: { Namespaces: [{ Name: 'test', Queues: [{ Name: 'one', Properties: {} }], Topics: [] }] },
};
/** Many times what is promised, and less than what the SDK may take by itself. */
const patienceMs = 15_000;
const key = 'SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE';

async function inTime<T>(work: Promise<T>): Promise<T> {
  const begunAt = performance.now();
  return work.finally(() => {
    const tookMs = performance.now() - begunAt;
    assert.ok(tookMs < patienceMs, `it took ${tookMs.toFixed()} ms`);
  });
}

const connectTo = (port: number) =>
  connectServiceBus({ connectionString: `Endpoint=sb://127.0.0.1:${port};${key};UseDevelopmentEmulator=true;` });

test('a broker that does not answer attempts to connect: sends end in their time, and all goes on when it is there', async () => {
  await using silent = await unansweredPort();
  await using bus = await connectTo(silent.port);
  const received: string[] = [];
  bus.receive({
    from: { queue: 'one' },
    concurrencyMax: 1,
    logger: silentLogger,
    silenceMs: 500,
    handler: async ({ messageId }) => {
      received.push(messageId);
      return complete;
    },
  });
  const send = (messageId: string) => bus.sender('one').send({ messageId, body: '{}' }, { timeoutMs: 500 });
  await inTime(assert.rejects(send('in vain'), (error) => error instanceof TransientError));
  await silent[Symbol.asyncDispose]();
  await using _emulator = await startServiceBusEmulator({ config, port: silent.port });
  await eventually(() => send('now').then(() => true), { timeoutMs: 30_000, intervalMs: 100 });
  await eventually(() => received.includes('now'), { timeoutMs: 30_000 });
});

test('a process that waits for a broker which does not answer attempts to connect can stop', async () => {
  await using silent = await unansweredPort();
  await using bus = await connectTo(silent.port);
  bus.receive({ from: { queue: 'one' }, concurrencyMax: 1, logger: silentLogger, handler: async () => complete });
  await assert.rejects(bus.sender('one').send({ messageId: 'one', body: '{}' }, { timeoutMs: 200 }));
  await inTime(bus.close());
});
