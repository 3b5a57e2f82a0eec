import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { type BrokerPeer, startBroker } from '../peers/start-broker.ts';
import { residentMb } from '../process-usage.ts';
import { type Figure, print } from '../report.ts';

const messages = 1_000_000;
const batchSize = 200;
const batchesAtOnce = 4;
const received = 20_000;
const body = 'x'.repeat(1_000);
const bytesAMessage = 200;

const limits = { MaxMessageCount: messages, MaxSizeInMegabytes: 4_096 };
const config = { UserConfig: { Namespaces: [{ Name: 'bench', Queues: [{ Name: 'backlog', Properties: limits }] }] } };

/** A million messages of 1 KB that nobody receives: what they cost in memory, and how long a start takes with them. */
export async function backlogScenario(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'drone-delivery-bench-'));
  try {
    const empty = await measure(folder, async () => []);
    const filled = await measure(folder, fill);
    const restarted = await measure(folder, drainSome);
    const growth = (mb: number) => ((mb - empty.residentMb) * 1e6) / messages;
    const limit = { name: 'the aim', value: bytesAMessage };
    print('Emulator with a million messages of 1 KB', [
      { name: 'memory, empty', value: empty.residentMb, unit: 'MB' },
      { name: 'memory, filled', value: filled.residentMb, unit: 'MB' },
      { name: 'memory, filled, a message', value: growth(filled.residentMb), unit: 'bytes', limit },
      { name: 'memory, after a restart', value: restarted.residentMb, unit: 'MB' },
      { name: 'memory, after a restart, a message', value: growth(restarted.residentMb), unit: 'bytes', limit },
      { name: 'start, empty', value: empty.startS, unit: 's' },
      { name: 'start, filled', value: restarted.startS, unit: 's' },
      ...filled.figures,
      ...restarted.figures,
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measured {
  readonly startS: number;
  readonly residentMb: number;
  readonly figures: readonly Figure[];
}

type Work = (client: ServiceBusClient, broker: BrokerPeer) => Promise<readonly Figure[]>;

async function measure(folder: string, work: Work): Promise<Measured> {
  await using broker = await startBroker(folder, config);
  const atStartMb = residentMb(broker.pid);
  const client = new ServiceBusClient(broker.connectionString);
  const figures = await work(client, broker);
  await client.close();
  const startS = broker.startedAfterMs / 1000;
  return { startS, figures, residentMb: work === fill ? residentMb(broker.pid) : atStartMb };
}

async function fill(client: ServiceBusClient): Promise<readonly Figure[]> {
  const sender = client.createSender('backlog');
  const batch = Array.from({ length: batchSize }, () => ({ body }));
  let left = messages / batchSize;
  const worker = async () => {
    while (left-- > 0) await sender.sendMessages(batch);
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: batchesAtOnce }, worker));
  const value = messages / ((performance.now() - startedAt) / 1000);
  return [{ name: `sends, ${batchSize} a batch`, value, unit: 'messages/s' }];
}

async function drainSome(client: ServiceBusClient): Promise<readonly Figure[]> {
  const receiver = client.createReceiver('backlog');
  const startedAt = performance.now();
  for (let count = 0; count < received; ) {
    const got = await receiver.receiveMessages(batchSize, { maxWaitTimeInMs: 10_000 });
    await Promise.all(got.map((message) => receiver.completeMessage(message)));
    count += got.length;
  }
  const value = received / ((performance.now() - startedAt) / 1000);
  return [{ name: 'receives and completes, from the file', value, unit: 'messages/s' }];
}
