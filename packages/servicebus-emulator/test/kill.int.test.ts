import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceBusClient, type ServiceBusReceiver, type ServiceBusSender } from '@azure/service-bus';
import { startBrokerProcess } from './support/broker-process.ts';
import { Ledger } from './support/ledger.ts';
import { createTemporaryFolder } from './support/temporary-folder.ts';

const rounds = 4;
const operationsBeforeKill = 400;
const sendersCount = 16;

const config = { UserConfig: { Namespaces: [{ Name: 'ns', Queues: [{ Name: 'work' }] }] } };
const options = { retryOptions: { maxRetries: 0, timeoutInMs: 1_500 } };

test('what was accepted survives a kill, and what was completed stays gone', async () => {
  await using folder = await createTemporaryFolder();
  const ledger = new Ledger();
  for (let round = 0; round < rounds; round++) await loadAndKill(folder.path, round, ledger);
  await using broker = await startBrokerProcess(folder.path, config);
  await using client = new DisposableClient(broker.connectionString);
  ledger.verify(await drain(client.createReceiver('work', { receiveMode: 'receiveAndDelete' }), ledger));
  const { accepted, completed } = ledger.counts;
  assert.ok(accepted > rounds * 50 && completed > rounds * 20, `too little happened: ${accepted}, ${completed}`);
});

test('SIGTERM ends it cleanly', async () => {
  await using folder = await createTemporaryFolder();
  await using broker = await startBrokerProcess(folder.path, config);
  await using client = new DisposableClient(broker.connectionString);
  await client.createSender('work').sendMessages({ body: 1 });
  assert.equal(await broker.end('SIGTERM'), 0);
});

class DisposableClient extends ServiceBusClient implements AsyncDisposable {
  constructor(connectionString: string) {
    super(connectionString, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(() => undefined);
  }
}

async function loadAndKill(folder: string, round: number, ledger: Ledger): Promise<void> {
  await using broker = await startBrokerProcess(folder, config);
  await using client = new DisposableClient(broker.connectionString);
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  let operations = 0;
  const load: Load = {
    ledger,
    running: true,
    onOperation: () => {
      if (++operations === operationsBeforeKill) resolve();
    },
  };
  const sender = client.createSender('work');
  const senders = Array.from({ length: sendersCount }, (_, index) => keepSending(sender, `${round}-${index}`, load));
  const receiver = keepCompleting(client.createReceiver('work'), load);
  await enough;
  await broker.end('SIGKILL');
  load.running = false;
  await Promise.all([...senders, receiver]);
}

interface Load {
  readonly ledger: Ledger;
  readonly onOperation: () => void;
  running: boolean;
}

async function keepSending(sender: ServiceBusSender, name: string, load: Load): Promise<void> {
  for (let index = 0; load.running; index++) {
    const messageId = `${name}-${index}`;
    await attempt(load, async () => {
      await sender.sendMessages({ body: messageId, messageId });
      load.ledger.accepted(messageId);
    });
  }
}

async function keepCompleting(receiver: ServiceBusReceiver, load: Load): Promise<void> {
  while (load.running) {
    await attempt(load, async () => {
      const messages = await receiver.receiveMessages(20, { maxWaitTimeInMs: 500 });
      await Promise.all(
        messages.map(async (message) => {
          const messageId = load.ledger.seen(message);
          load.ledger.tries(messageId);
          await receiver.completeMessage(message);
          load.ledger.completed(messageId);
          load.onOperation();
        }),
      );
    });
  }
}

/** What fails because the broker was killed tells nothing; a broken promise of the broker does. */
async function attempt(load: Load, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    load.onOperation();
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
  }
}

async function drain(receiver: ServiceBusReceiver, ledger: Ledger): Promise<string[]> {
  const left: string[] = [];
  for (;;) {
    const messages = await receiver.receiveMessages(500, { maxWaitTimeInMs: 500 });
    if (messages.length === 0) return left;
    left.push(...messages.map((message) => ledger.seen(message)));
  }
}
