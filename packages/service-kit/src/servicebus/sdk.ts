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

/** Closing talks to the broker; one that is away must not hold us up. */
export async function closeWithin(limitMs: number, close: () => Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limitMs);
  await Promise.race([close().catch(() => undefined), promise]);
  clearTimeout(timer);
}
