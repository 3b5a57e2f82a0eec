import { formatDuration } from '../../config/duration.ts';
import { readQueueOptions, readSubscriptionOptions, readTopicOptions } from '../../config/parse-config.ts';
import { ConfigReader } from '../../config/reader.ts';
import { booleanOf } from '../../core/boolean-text.ts';
import { BrokerError } from '../../core/broker-error.ts';
import { withoutHost } from '../../core/entity-definition.ts';
import type { QueueOptions, TopicOptions } from '../../core/entity-options.ts';
import type { XmlElement } from '../../xml/read-xml.ts';

/** The properties of an entity, with the names and in the form of the configuration. */
export type Fields = Readonly<Record<string, string | number | boolean>>;

export interface SubscriptionOptions {
  readonly options: QueueOptions;
  readonly deadLetterOnFilterErrors: boolean;
}

/** What an entity cannot be otherwise; a request that asks for something else is refused. */
const fixed: Fields = {
  EnableBatchedOperations: true,
  SupportOrdering: true,
  EnablePartitioning: false,
  EnableExpress: false,
  EnableSubscriptionPartitioning: false,
  FilteringMessagesBeforePublishing: false,
  IsAnonymousAccessible: false,
  AuthorizationRules: '',
};

/** Said by the broker alone; clients send them back when they change an entity. */
const readOnly: ReadonlySet<string> = new Set([
  ...['SizeInBytes', 'MessageCount', 'SubscriptionCount', 'CountDetails', 'EntityAvailabilityStatus'],
  ...['CreatedAt', 'UpdatedAt', 'AccessedAt', 'DefaultRuleDescription', 'QueueName', 'TopicName', 'SubscriptionName'],
]);

/** Clients name the destination by its whole URL. */
const forwarding: ReadonlySet<string> = new Set(['ForwardTo', 'ForwardDeadLetteredMessagesTo']);

/** Any text at all, `true` and `5` among them. */
const metadata = 'UserMetadata';

const minuteMs = 60_000;

/** A queue's own, for those of the file that have a meaning over HTTP; `MaxMessageCount` has none there. */
export function queueFields(options: QueueOptions): Fields {
  return {
    ...receivingFields(options),
    ...sizeFields(options),
    ...duplicateFields(options),
  };
}

export function topicFields(options: TopicOptions): Fields {
  return {
    DefaultMessageTimeToLive: formatDuration(options.timeToLiveMs),
    ...sizeFields(options),
    ...duplicateFields(options),
  };
}

export function subscriptionFields({ options, deadLetterOnFilterErrors }: SubscriptionOptions): Fields {
  return {
    ...receivingFields(options),
    ...sizeFields(options),
    DeadLetteringOnFilterEvaluationExceptions: deadLetterOnFilterErrors,
  };
}

/** @throws BrokerError `argument-invalid` that lists every problem */
export function readQueue(description: XmlElement, current: Fields): QueueOptions {
  return read(description, current, readQueueOptions);
}

export function readTopic(description: XmlElement, current: Fields): TopicOptions {
  return read(description, current, readTopicOptions);
}

export function readSubscription(description: XmlElement, current: Fields): SubscriptionOptions {
  return read(description, current, readSubscriptionOptions);
}

function receivingFields(options: QueueOptions): Fields {
  return {
    LockDuration: formatDuration(options.lockDurationMs),
    RequiresSession: options.requiresSession,
    DefaultMessageTimeToLive: formatDuration(options.timeToLiveMs),
    DeadLetteringOnMessageExpiration: options.deadLetterOnExpiration,
    MaxDeliveryCount: options.maxDeliveryCount,
    ...given('ForwardTo', options.forwardTo),
    ...given('ForwardDeadLetteredMessagesTo', options.forwardDeadLettersTo),
  };
}

function given(name: string, value: string | undefined): Fields {
  return value === undefined ? {} : { [name]: value };
}

function sizeFields({ bytesMax, messagesMax, status, userMetadata, autoDeleteOnIdleMs }: TopicOptions): Fields {
  return {
    AutoDeleteOnIdle: formatDuration(autoDeleteOnIdleMs ?? Number.POSITIVE_INFINITY),
    MaxSizeInMegabytes: bytesMax / 2 ** 20,
    MaxMessageCount: messagesMax,
    Status: status,
    ...given('UserMetadata', userMetadata),
  };
}

function duplicateFields({ duplicateWindowMs }: TopicOptions): Fields {
  return {
    RequiresDuplicateDetection: duplicateWindowMs !== undefined,
    DuplicateDetectionHistoryTimeWindow: formatDuration(duplicateWindowMs ?? 10 * minuteMs),
  };
}

type ReadOptions<T> = (reader: ConfigReader, value: unknown, path: string) => T;

/** Options that always have a value stay as they are when the request does not name them. */
function read<T>(description: XmlElement, current: Fields, readOptions: ReadOptions<T>): T {
  const reader = new ConfigReader();
  const fields: Record<string, unknown> = { ...current };
  // What clients leave out of these, they take away.
  for (const name of [...forwarding, metadata]) delete fields[name];
  for (const { name, text, children } of description.children) {
    if (readOnly.has(name)) continue;
    if (!Object.hasOwn(fixed, name)) fields[name] = readValue(name, text);
    else if (text.trim().toLowerCase() !== String(fixed[name]) || children.length > 0)
      reader.report(`${description.name}.${name}`, `only '${fixed[name]}' is supported`);
  }
  const options = readOptions(reader, fields, description.name);
  if (reader.problems.length > 0) throw new BrokerError('argument-invalid', `${reader.problems.join('; ')}.`);
  return options;
}

/** The configuration has types, XML has none. */
function readValue(name: string, text: string): unknown {
  if (name === metadata) return text;
  if (forwarding.has(name)) return withoutHost(text);
  const flag = booleanOf(text.trim());
  if (flag !== undefined) return flag;
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : text;
}
