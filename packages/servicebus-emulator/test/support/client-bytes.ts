import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { ServiceBusClient } from '@azure/service-bus';
import type { Emulator } from '../../src/index.ts';
import { listen } from '../../src/net/listen.ts';

/** What a client that uses everything says, cut into its headers and frames. */
export async function recordClient(emulator: Emulator): Promise<Buffer[][]> {
  const recorded: Buffer[][] = [];
  const server = createServer((client) => recorded.push(relay(client, connect(emulator.port, '127.0.0.1'))));
  const port = await listen(server, '127.0.0.1', 0);
  await useEverything(emulator.connectionString.replace(`:${emulator.port}`, `:${port}`));
  server.close();
  await once(server, 'close');
  return recorded.map((chunks) => cutFrames(Buffer.concat(chunks)));
}

function relay(client: Socket, broker: Socket): Buffer[] {
  const said: Buffer[] = [];
  client.on('data', (chunk) => said.push(chunk));
  client.pipe(broker).pipe(client);
  for (const socket of [client, broker]) socket.on('error', () => undefined);
  return said;
}

async function useEverything(connectionString: string): Promise<void> {
  const client = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0 } });
  const sender = client.createSender('q');
  await sender.sendMessages([1, 2, 3, 4].map((body) => ({ body, applicationProperties: { body } })));
  await sender.sendMessages({ body: 'x'.repeat(2_000) });
  await sender.scheduleMessages({ body: 5 }, new Date(Date.now() + 60_000));
  const receiver = client.createReceiver('q');
  const [first, second, third, fourth] = await receiver.receiveMessages(5, { maxWaitTimeInMs: 5_000 });
  if (first !== undefined) await receiver.completeMessage(first);
  if (second !== undefined) await receiver.deferMessage(second, { why: 'later' });
  if (third !== undefined) await receiver.deadLetterMessage(third, { deadLetterReason: 'bad' } as never);
  if (fourth !== undefined) await receiver.abandonMessage(fourth, { again: true });
  await receiver.peekMessages(3);
  await client.close();
}

function cutFrames(said: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < said.length; ) {
    const isHeader = said.toString('latin1', at, at + 4) === 'AMQP';
    const size = isHeader ? 8 : said.readUInt32BE(at);
    frames.push(said.subarray(at, at + size));
    at += size;
  }
  return frames;
}
