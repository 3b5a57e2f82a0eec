import { after, before } from 'node:test';
import {
  type ServiceBusAdministrationClient,
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
  type ServiceBusSessionReceiver,
} from '@azure/service-bus';
import { type Emulator, startServiceBusEmulator } from '../../src/index.ts';
import { administer } from './administer.ts';
import { conformanceConfig } from './conformance-config.ts';

const variable = 'SERVICEBUS_CONFORMANCE_CONNECTION_STRING';

/** What a conformance test works with. Everything opened is closed at the end. */
export interface TestNamespace {
  client(): ServiceBusClient;
  connectionString(): string;
  administration(): ServiceBusAdministrationClient;
}

/** The namespace that the environment names, or else an emulator of its own for the file. */
export function useNamespace(): TestNamespace {
  const resources = new AsyncDisposableStack();
  let client: ServiceBusClient | undefined;
  let connectionString = '';
  let administrationConnectionString = '';
  before(async () => {
    const real = process.env[variable];
    const emulator = real === undefined ? await startEmulator(resources) : undefined;
    connectionString = emulator?.connectionString ?? real ?? '';
    administrationConnectionString = emulator?.administrationConnectionString ?? connectionString;
    const opened = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0 } });
    resources.defer(() => opened.close());
    if (real !== undefined) await empty(opened);
    client = opened;
  });
  after(() => resources.disposeAsync());
  return {
    client() {
      if (client === undefined) throw new Error('The namespace is not open yet.');
      return client;
    },
    connectionString: () => connectionString,
    administration: () => administer(administrationConnectionString),
  };
}

async function startEmulator(resources: AsyncDisposableStack): Promise<Emulator> {
  return resources.use(await startServiceBusEmulator({ config: conformanceConfig }));
}

/** A namespace that outlives the run may hold what an earlier one left. */
async function empty(client: ServiceBusClient): Promise<void> {
  const options = { receiveMode: 'receiveAndDelete' } as const;
  const [namespace] = conformanceConfig.UserConfig.Namespaces;
  for (const { Name: queue, Properties } of namespace?.Queues ?? []) {
    if (queue === 'disabled' || 'ForwardTo' in Properties) continue;
    if ('RequiresSession' in Properties) await drainSessions(() => client.acceptNextSession(queue, options));
    else await drain(client.createReceiver(queue, options));
    await drain(client.createReceiver(queue, { ...options, subQueueType: 'deadLetter' }));
  }
  for (const { Name: topic, Subscriptions } of namespace?.Topics ?? []) {
    for (const { Name: subscription } of Subscriptions) {
      if (topic === 'forwarded' && subscription === 'on') continue;
      if (subscription === 'sessions')
        await drainSessions(() => client.acceptNextSession(topic, subscription, options));
      else await drain(client.createReceiver(topic, subscription, options));
    }
  }
}

async function drain(receiver: ServiceBusReceiver): Promise<void> {
  while ((await receiver.receiveMessages(500, { maxWaitTimeInMs: 1_000 })).length > 0);
  await receiver.close();
}

async function drainSessions(accept: () => Promise<ServiceBusSessionReceiver>): Promise<void> {
  for (;;) {
    const receiver = await accept().catch(() => undefined);
    if (receiver === undefined) return;
    await receiver.setSessionState(null);
    await drain(receiver);
  }
}

const waitMs = 10_000;

/** Receives until there are `count`; fails when they do not come. */
export async function receive(receiver: ServiceBusReceiver, count: number): Promise<ServiceBusReceivedMessage[]> {
  const messages: ServiceBusReceivedMessage[] = [];
  while (messages.length < count) {
    const more = await receiver.receiveMessages(count - messages.length, { maxWaitTimeInMs: waitMs });
    if (more.length === 0) throw new Error(`Received ${messages.length} of ${count} messages.`);
    messages.push(...more);
  }
  return messages;
}

export async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receive(receiver, 1);
  if (message === undefined) throw new Error('Received nothing.');
  return message;
}

/** Whether nothing can be received now. */
export async function isEmpty(receiver: ServiceBusReceiver): Promise<boolean> {
  const messages = await receiver.receiveMessages(1, { maxWaitTimeInMs: 300 });
  return messages.length === 0;
}

export function bodies(messages: readonly { readonly body: unknown }[]): unknown[] {
  return messages.map((message) => message.body);
}
