import { createRequire } from 'node:module';
import type { RetryOptions, ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import type { EntityAddress } from './entity.ts';

/** The SDK's integer of 64 bits. */
export type Long = NonNullable<ServiceBusReceivedMessage['sequenceNumber']>;

export type ClientAccess =
  | { readonly connectionString: string }
  | {
      /** Such as `fabrikam.servicebus.windows.net`. */
      readonly fullyQualifiedNamespace: string;
    };

export type NewClient = () => ServiceBusClient;

// Short steps of our own making: the SDK's defaults wait for a minute, and half a minute between attempts.
const retryOptions: RetryOptions = { maxRetries: 2, retryDelayInMs: 250, maxRetryDelayInMs: 2000, timeoutInMs: 5000 };

/** Loads the SDK at the first use: it costs about 100 MB, which a process that sends nothing must not pay. */
export async function loadClientFactory(access: ClientAccess): Promise<NewClient> {
  const { ServiceBusClient } = await import('@azure/service-bus');
  if ('connectionString' in access) {
    const { connectionString } = access;
    return () => new ServiceBusClient(connectionString, { retryOptions });
  }
  const { DefaultAzureCredential } = await import('@azure/identity');
  const credential = new DefaultAzureCredential();
  return () => new ServiceBusClient(access.fullyQualifiedNamespace, credential, { retryOptions });
}

export function openReceiver(client: ServiceBusClient, from: EntityAddress, lockRenewalMsMax: number) {
  const options = {
    receiveMode: 'peekLock' as const,
    maxAutoLockRenewalDurationInMs: lockRenewalMsMax,
    // Bodies are checked by our own strict reader.
    skipParsingBodyAsJson: true,
    ...(from.deadLetters === true ? { subQueueType: 'deadLetter' as const } : {}),
  };
  return 'queue' in from
    ? client.createReceiver(from.queue, options)
    : client.createReceiver(from.topic, from.subscription, options);
}

/** The very class that the SDK checks its arguments against, found from the SDK's place. */
export function toLong(decimal: string): Long {
  const required = createRequire(import.meta.resolve('@azure/service-bus'));
  const { fromString } = required('long') as { readonly fromString: (text: string) => Long };
  return fromString(decimal);
}

/** Where the SDK (7.9) keeps what it has no call for. */
interface ClientInternals {
  readonly _connectionContext?: {
    wasConnectionCloseCalled: boolean;
    readonly connection?: { readonly _connection?: { readonly socket?: { destroy(error: Error): void } } };
  };
}

/**
 * Closes a client, within a limit also one whose connection is dead without knowing it. There the SDK would wait a minute for
 * each link, keep the process alive for so long, and at last end it by a rejection that nobody can catch (`drain` of its
 * receiver helper). So whatever is left of the connection is cut, marked as closed on purpose so that it is not opened again.
 */
export async function closeClient(limitMs: number, client: ServiceBusClient): Promise<void> {
  await closeWithin(limitMs, () => client.close());
  const context = (client as unknown as ClientInternals)._connectionContext;
  if (context === undefined) return;
  context.wasConnectionCloseCalled = true;
  // The library below clears its timers at an error or an end, but not at a mere close.
  context.connection?._connection?.socket?.destroy(new Error('the connection was given up'));
}

/** Closing talks to the broker; one that is away must not hold us up. */
export async function closeWithin(limitMs: number, close: () => Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limitMs);
  await Promise.race([close().catch(() => undefined), promise]);
  clearTimeout(timer);
}
