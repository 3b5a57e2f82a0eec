import { entitiesMax, isEntityName } from '../core/entity-definition.ts';
import type { EntityStatus, Limits, QueueOptions, TopicOptions } from '../core/entity-options.ts';
import { checkForwarding } from './check-forwarding.ts';
import type { NamespaceDefinition, QueueDefinition, SubscriptionDefinition, TopicDefinition } from './definition.ts';
import { parseRules } from './parse-rules.ts';
import { ConfigReader } from './reader.ts';

/** A configuration that cannot be used. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** One line for each, beginning with the path of the value. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The configuration cannot be used:', ...problems].join('\n  '));
    this.problems = problems;
  }
}

const statuses = ['Active', 'Disabled', 'SendDisabled', 'ReceiveDisabled'] as const satisfies readonly EntityStatus[];

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const dayMs = 24 * 60 * minuteMs;
const forever = Number.POSITIVE_INFINITY;

const timeToLiveRangeMs = [secondMs, forever] as const;
const lockRangeMs = [secondMs, 5 * minuteMs] as const;
const idleRangeMs = [5 * minuteMs, forever] as const;
const duplicateWindowRangeMs = [secondMs, 7 * dayMs] as const;
const sizeRangeMegabytes = [1, 81920] as const;
const defaultSizeMegabytes = 1024;
const defaultMessages = 1_000_000;
const metadataMax = 1_024;

const sizeFields = ['MaxSizeInMegabytes', 'MaxMessageCount', 'Status', 'UserMetadata', 'AutoDeleteOnIdle'];
const duplicateFields = ['DuplicateDetectionHistoryTimeWindow', 'RequiresDuplicateDetection'];
const receivingFields = [
  'DeadLetteringOnMessageExpiration',
  'DefaultMessageTimeToLive',
  'ForwardDeadLetteredMessagesTo',
  'ForwardTo',
  'LockDuration',
  'MaxDeliveryCount',
  'RequiresSession',
];

/**
 * Reads a configuration in the format of the Config.json of Microsoft's Service Bus emulator.
 * @param json its parsed JSON
 * @throws ConfigError with every problem in it
 */
export function parseConfig(json: unknown): NamespaceDefinition {
  const reader = new ConfigReader();
  const namespace = readRoot(reader, json);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return namespace;
}

function readRoot(reader: ConfigReader, json: unknown): NamespaceDefinition {
  const root = reader.fields(json, '$', ['UserConfig']);
  const user = reader.fields(root.UserConfig, '$.UserConfig', ['Namespaces', 'Logging']);
  readLogging(reader, user.Logging);
  const namespaces = reader.list(user.Namespaces, '$.UserConfig.Namespaces');
  if (namespaces.length !== 1) reader.report('$.UserConfig.Namespaces', 'expected exactly one namespace');
  return readNamespace(reader, namespaces[0] ?? {}, '$.UserConfig.Namespaces[0]');
}

function readLogging(reader: ConfigReader, value: unknown): void {
  if (value === undefined) return;
  const logging = reader.fields(value, '$.UserConfig.Logging', ['Type']);
  reader.oneOf(
    logging.Type,
    '$.UserConfig.Logging.Type',
    ['File', 'Console', 'File,Console', 'Console,File'],
    'Console',
  );
}

function readNamespace(reader: ConfigReader, value: unknown, path: string): NamespaceDefinition {
  const fields = reader.fields(value, path, ['Name', 'Queues', 'Topics']);
  const queues = reader
    .list(fields.Queues, `${path}.Queues`)
    .map((queue, index) => readQueue(reader, queue, `${path}.Queues[${index}]`));
  const topics = reader
    .list(fields.Topics, `${path}.Topics`)
    .map((topic, index) => readTopic(reader, topic, `${path}.Topics[${index}]`));
  reader.reportRepeated([...queues, ...topics], path);
  checkForwarding(reader, queues, topics, path);
  if (queues.length + topics.length > entitiesMax) reader.report(path, `more than ${entitiesMax} queues and topics`);
  return { name: reader.text(fields.Name, `${path}.Name`) ?? 'sbemulatorns', queues, topics };
}

function readQueue(reader: ConfigReader, value: unknown, path: string): QueueDefinition {
  const { name, properties } = readEntity(reader, value, path, []);
  return { name, options: readQueueOptions(reader, properties, `${path}.Properties`) };
}

/** The properties of a queue; problems go to the reader. */
export function readQueueOptions(reader: ConfigReader, value: unknown, path: string): QueueOptions {
  const fields = reader.fields(value, path, [...receivingFields, ...duplicateFields, ...sizeFields]);
  const duplicateWindowMs = readDuplicateWindow(reader, fields, path);
  return { ...readReceiving(reader, fields, path), duplicateWindowMs };
}

function readTopic(reader: ConfigReader, value: unknown, path: string): TopicDefinition {
  const { name, properties, fields } = readEntity(reader, value, path, ['Subscriptions']);
  const options = readTopicOptions(reader, properties, `${path}.Properties`);
  const subscriptions = reader
    .list(fields.Subscriptions, `${path}.Subscriptions`)
    .map((subscription, index) => readSubscription(reader, subscription, `${path}.Subscriptions[${index}]`));
  reader.reportRepeated(subscriptions, path);
  return { name, options, subscriptions };
}

/** The properties of a topic; problems go to the reader. */
export function readTopicOptions(reader: ConfigReader, value: unknown, path: string): TopicOptions {
  const known = ['DefaultMessageTimeToLive', ...duplicateFields, ...sizeFields];
  const fields = reader.fields(value, path, known);
  return {
    ...readLimits(reader, fields, path),
    timeToLiveMs: readTimeToLive(reader, fields, path),
    duplicateWindowMs: readDuplicateWindow(reader, fields, path),
    status: reader.oneOf(fields.Status, `${path}.Status`, statuses, 'Active'),
  };
}

function readSubscription(reader: ConfigReader, value: unknown, path: string): SubscriptionDefinition {
  const { name, properties, fields } = readEntity(reader, value, path, ['Rules']);
  const own = readSubscriptionOptions(reader, properties, `${path}.Properties`);
  return { name, ...own, rules: parseRules(reader, fields.Rules, `${path}.Rules`) };
}

/** The properties of a subscription; problems go to the reader. */
export function readSubscriptionOptions(
  reader: ConfigReader,
  value: unknown,
  path: string,
): Pick<SubscriptionDefinition, 'options' | 'deadLetterOnFilterErrors'> {
  const filterErrors = 'DeadLetteringOnFilterEvaluationExceptions';
  const fields = reader.fields(value, path, [...receivingFields, ...sizeFields, filterErrors]);
  return {
    options: readReceiving(reader, fields, path),
    deadLetterOnFilterErrors: reader.flag(fields[filterErrors], `${path}.${filterErrors}`, true),
  };
}

interface EntityFields {
  readonly name: string;
  readonly properties: unknown;
  readonly fields: Record<string, unknown>;
}

function readEntity(reader: ConfigReader, value: unknown, path: string, more: readonly string[]): EntityFields {
  const fields = reader.fields(value, path, ['Name', 'Properties', ...more]);
  const name = reader.text(fields.Name, `${path}.Name`);
  if (name === undefined || !isEntityName(name))
    reader.report(`${path}.Name`, 'expected 1 to 260 letters, digits, and . - _ / inside');
  return { name: name ?? '', properties: fields.Properties ?? {}, fields };
}

function readReceiving(reader: ConfigReader, fields: Record<string, unknown>, path: string): QueueOptions {
  return {
    ...readLimits(reader, fields, path),
    lockDurationMs: reader.durationMs(fields.LockDuration, `${path}.LockDuration`, minuteMs, lockRangeMs),
    maxDeliveryCount: reader.integer(fields.MaxDeliveryCount, `${path}.MaxDeliveryCount`, 10, [1, 2000]),
    timeToLiveMs: readTimeToLive(reader, fields, path),
    deadLetterOnExpiration: reader.flag(
      fields.DeadLetteringOnMessageExpiration,
      `${path}.DeadLetteringOnMessageExpiration`,
      false,
    ),
    forwardTo: reader.text(fields.ForwardTo, `${path}.ForwardTo`) || undefined,
    forwardDeadLettersTo:
      reader.text(fields.ForwardDeadLetteredMessagesTo, `${path}.ForwardDeadLetteredMessagesTo`) || undefined,
    requiresSession: reader.flag(fields.RequiresSession, `${path}.RequiresSession`, false),
    duplicateWindowMs: undefined,
    status: reader.oneOf(fields.Status, `${path}.Status`, statuses, 'Active'),
  };
}

function readLimits(reader: ConfigReader, fields: Record<string, unknown>, path: string): Limits {
  const megabytes = reader.integer(
    fields.MaxSizeInMegabytes,
    `${path}.MaxSizeInMegabytes`,
    defaultSizeMegabytes,
    sizeRangeMegabytes,
  );
  const range = [1, 100_000_000] as const;
  const messagesMax = reader.integer(fields.MaxMessageCount, `${path}.MaxMessageCount`, defaultMessages, range);
  const idleMs = reader.durationMs(fields.AutoDeleteOnIdle, `${path}.AutoDeleteOnIdle`, forever, idleRangeMs);
  return {
    bytesMax: megabytes * 2 ** 20,
    messagesMax,
    userMetadata: readMetadata(reader, fields, path),
    autoDeleteOnIdleMs: Number.isFinite(idleMs) ? idleMs : undefined,
  };
}

function readMetadata(reader: ConfigReader, fields: Record<string, unknown>, path: string): string | undefined {
  const text = reader.text(fields.UserMetadata, `${path}.UserMetadata`);
  if (text !== undefined && text.length > metadataMax)
    reader.report(`${path}.UserMetadata`, `expected ${metadataMax} characters at most`);
  return text || undefined;
}

function readTimeToLive(reader: ConfigReader, fields: Record<string, unknown>, path: string): number {
  const name = 'DefaultMessageTimeToLive';
  return reader.durationMs(fields[name], `${path}.${name}`, forever, timeToLiveRangeMs);
}

function readDuplicateWindow(reader: ConfigReader, fields: Record<string, unknown>, path: string): number | undefined {
  const name = 'DuplicateDetectionHistoryTimeWindow';
  const windowMs = reader.durationMs(fields[name], `${path}.${name}`, 10 * minuteMs, duplicateWindowRangeMs);
  const required = reader.flag(fields.RequiresDuplicateDetection, `${path}.RequiresDuplicateDetection`, false);
  return required ? windowMs : undefined;
}
