import { ServiceBusClient } from '@azure/service-bus';
import { queues } from '@dronedelivery/contracts';
import { startBenchSystem } from '../bench-system.ts';
import { type Figure, print } from '../report.ts';

const messages = 10_000;
const concurrency = 64;
const batchSize = 100;
const body = { kind: 'bench', filler: 'x'.repeat(400) };

/** Durable sends and receives through the unmodified SDK: the ceiling of everything that goes through the queue. */
export async function brokerScenario(): Promise<void> {
  await using system = await startBenchSystem({}, { only: ['broker'] });
  const client = new ServiceBusClient(system.connectionString);
  const figures: Figure[] = [];
  const single = await sendSingly(client, 'single');
  figures.push({ name: 'sends, one message each', value: single, unit: '/s' });
  figures.push({ name: 'receive and complete', value: await receive(client, messages), unit: '/s' });
  const batched = await sendBatches(client);
  figures.push({ name: `sends, ${batchSize} a batch`, value: batched, unit: 'messages/s' });
  await client.close();
  print('Emulator, through @azure/service-bus', figures);
}

export async function sendSingly(client: ServiceBusClient, prefix: string, count = messages): Promise<number> {
  const sender = client.createSender(queues.deliveryRequests);
  await sender.sendMessages({ body, messageId: `${prefix}-warm` });
  let next = 0;
  const worker = async () => {
    while (next < count) await sender.sendMessages({ body, messageId: `${prefix}-${next++}` });
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  await sender.close();
  return count / seconds;
}

async function sendBatches(client: ServiceBusClient): Promise<number> {
  const sender = client.createSender(queues.deliveryRequests);
  const startedAt = performance.now();
  for (let sent = 0; sent < messages; sent += batchSize) {
    await sender.sendMessages(Array.from({ length: batchSize }, (_, n) => ({ body, messageId: `batch-${sent + n}` })));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await sender.close();
  return messages / seconds;
}

async function receive(client: ServiceBusClient, count: number): Promise<number> {
  const receiver = client.createReceiver(queues.deliveryRequests);
  const done = Promise.withResolvers<void>();
  let completed = 0;
  const startedAt = performance.now();
  receiver.subscribe(
    {
      processMessage: async (message) => {
        await receiver.completeMessage(message);
        if (++completed === count) done.resolve();
      },
      processError: async ({ error }) => done.reject(error),
    },
    { maxConcurrentCalls: concurrency, autoCompleteMessages: false },
  );
  await done.promise;
  const seconds = (performance.now() - startedAt) / 1000;
  await receiver.close();
  return count / seconds;
}
