import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startServiceBusEmulator } from '@dronedelivery/servicebus-emulator';
import { eventually } from '@dronedelivery/testing';
import { silentLogger } from '../src/logger.ts';
import { complete, connectServiceBus } from '../src/servicebus.ts';
import { startTcpProxy } from './tcp-proxy.ts';

const entry = fileURLToPath(import.meta.resolve('./handling-service.ts'));
const config = {
  UserConfig: {
    Namespaces: [{ Name: 'test', Queues: [{ Name: 'work', Properties: {} }], Topics: [] }],
    Logging: { Type: 'File' },
  },
};

suite('a stop with the Service Bus', () => {
  for (const [what, handlesForMs] of [
    ['never end', 1_000_000],
    ['end after the drain', 1500],
  ] as const) {
    test(`a process whose handlers ${what} stops by itself`, async () => {
      await using emulator = await startServiceBusEmulator({ config });
      await using running = await startHandling(emulator.connectionString, handlesForMs);
      await running.stop();
    });
  }

  test('a process whose broker has fallen silent stops by itself', async () => {
    await using emulator = await startServiceBusEmulator({ config });
    await using proxy = await startTcpProxy(emulator.port);
    const through = emulator.connectionString.replace(`:${emulator.port}`, `:${proxy.port}`);
    await using running = await startHandling(through, 1);
    proxy.freeze();
    await running.stop();
  });

  test('nothing is left of a connection that fell silent', async () => {
    await using emulator = await startServiceBusEmulator({ config });
    await using proxy = await startTcpProxy(emulator.port);
    const through = emulator.connectionString.replace(`:${emulator.port}`, `:${proxy.port}`);
    const bus = await connectServiceBus({ connectionString: through });
    bus.receive({ from: { queue: 'work' }, logger: silentLogger, concurrencyMax: 8, handler: async () => complete });
    await bus.sender('work').send({ messageId: 'm', body: '{}' });
    await using direct = await connectServiceBus({ connectionString: emulator.connectionString });
    await using browser = direct.browse({ queue: 'work' });
    await eventually(async () => (await browser.peek({ max: 1 })).length === 0, { what: 'the settlement' });
    proxy.freeze();
    await bus.close();
    await eventually(() => proxy.open === 0, { what: 'the end of the connections' });
  });
});

/** A process with one message in hand, or one that was handled. */
async function startHandling(connectionString: string, handlesForMs: number) {
  const child = fork(entry, {
    env: {
      PATH: process.env.PATH,
      SERVICEBUS_CONNECTION_STRING: connectionString,
      HANDLES_FOR_MS: String(handlesForMs),
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  const exited = once(child, 'exit');
  await using bus = await connectServiceBus({ connectionString });
  await bus.sender('work').send({ messageId: 'm', body: '{}' });
  const inHand = new Promise<void>((resolve) =>
    child.on('message', ({ kind }: { readonly kind: string }) => kind === 'in-hand' && resolve()),
  );
  await inHand;
  return {
    stop: async () => {
      child.kill('SIGTERM');
      const [code, signal] = await exited;
      assert.deepEqual([code, signal], [0, null], output);
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}
