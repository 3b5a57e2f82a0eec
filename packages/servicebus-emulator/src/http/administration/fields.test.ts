import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainOptions } from '../../../test/support/samples.ts';
import { readXml } from '../../xml/read-xml.ts';
import { queueFields, readQueue, readSubscription, readTopic, subscriptionFields, topicFields } from './fields.ts';

const description = (fields: string, name = 'QueueDescription') => readXml(`<${name}>${fields}</${name}>`);
const queue = (fields: string, current = {}) => readQueue(description(fields), current);

const options = {
  ...plainOptions,
  lockDurationMs: 45_000,
  maxDeliveryCount: 7,
  timeToLiveMs: 86_400_000,
  deadLetterOnExpiration: true,
  requiresSession: true,
  forwardTo: 'a/b',
  forwardDeadLettersTo: 'dead',
  duplicateWindowMs: 300_000,
  status: 'SendDisabled',
  messagesMax: 12,
  bytesMax: 5 * 2 ** 20,
  userMetadata: 'kept',
  autoDeleteOnIdleMs: 600_000,
} as const;

test('options are said as they were given', () => {
  const common = {
    AutoDeleteOnIdle: 'PT10M',
    MaxSizeInMegabytes: 5,
    MaxMessageCount: 12,
    Status: 'SendDisabled',
    UserMetadata: 'kept',
  };
  const duplicates = { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT5M' };
  const receiving = {
    LockDuration: 'PT45S',
    RequiresSession: true,
    DefaultMessageTimeToLive: 'P1D',
    DeadLetteringOnMessageExpiration: true,
    MaxDeliveryCount: 7,
    ForwardTo: 'a/b',
    ForwardDeadLetteredMessagesTo: 'dead',
  };
  assert.deepEqual(queueFields(options), { ...receiving, ...common, ...duplicates });
  assert.deepEqual(topicFields(options), { DefaultMessageTimeToLive: 'P1D', ...common, ...duplicates });
  assert.deepEqual(subscriptionFields({ options, deadLetterOnFilterErrors: false }), {
    ...receiving,
    ...common,
    DeadLetteringOnFilterEvaluationExceptions: false,
  });
  const { AutoDeleteOnIdle, DuplicateDetectionHistoryTimeWindow, ...plain } = queueFields(plainOptions);
  assert.deepEqual([AutoDeleteOnIdle, DuplicateDetectionHistoryTimeWindow], ['P10675199DT2H48M5.4775807S', 'PT10M']);
  for (const name of ['ForwardTo', 'ForwardDeadLetteredMessagesTo', 'UserMetadata']) assert.ok(!(name in plain), name);
});

test('what is not named stays as it is, but for what clients take away by leaving it out', () => {
  const { forwardTo: _, forwardDeadLettersTo: __, userMetadata: ___, ...rest } = options;
  const gone = { forwardTo: undefined, forwardDeadLettersTo: undefined, userMetadata: undefined };
  assert.deepEqual(queue('', queueFields(options)), { ...rest, ...gone });
  const named = '<ForwardTo>sb://host:1/a/b</ForwardTo><UserMetadata>kept</UserMetadata>';
  const all = `${named}<ForwardDeadLetteredMessagesTo>dead</ForwardDeadLetteredMessagesTo>`;
  assert.deepEqual(queue(all, queueFields(options)), options);
});

test('topics and subscriptions keep their own', () => {
  const topic = readTopic(description(''), topicFields(options));
  assert.deepEqual([topic.timeToLiveMs, topic.duplicateWindowMs, topic.status], [86_400_000, 300_000, 'SendDisabled']);
  for (const deadLetterOnFilterErrors of [true, false]) {
    const read = readSubscription(description(''), subscriptionFields({ options, deadLetterOnFilterErrors }));
    assert.equal(read.deadLetterOnFilterErrors, deadLetterOnFilterErrors);
    assert.equal(read.options.maxDeliveryCount, 7);
  }
});

test('metadata is any text, whatever it looks like', () => {
  for (const text of ['true', '5', ' FALSE ', 'constructor', 'sb://host/q'])
    assert.equal(queue(`<UserMetadata>${text}</UserMetadata>`).userMetadata, text);
});

test('numbers and truth values are read as such', () => {
  const { lockDurationMs, status } = queue('<LockDuration>PT30S</LockDuration><Status>Disabled</Status>');
  assert.deepEqual([lockDurationMs, status], [30_000, 'Disabled']);
  const fields = '<MaxDeliveryCount> 3 </MaxDeliveryCount><RequiresSession> True </RequiresSession>';
  const { maxDeliveryCount, requiresSession } = queue(fields);
  assert.deepEqual([maxDeliveryCount, requiresSession], [3, true]);
  for (const value of ['constructor', '__proto__', '', '1'])
    assert.throws(() => queue(`<RequiresSession>${value}</RequiresSession>`), { code: 'argument-invalid' }, value);
  for (const value of ['constructor', '', '-1', '1.5', '9'.repeat(16), 'true'])
    assert.throws(() => queue(`<MaxDeliveryCount>${value}</MaxDeliveryCount>`), { code: 'argument-invalid' }, value);
});

test('what cannot be otherwise may be said, and not be changed', () => {
  const same = '<EnablePartitioning> False </EnablePartitioning><AuthorizationRules/>';
  assert.equal(queue(same).maxDeliveryCount, 10);
  const always = ['EnableBatchedOperations', 'SupportOrdering'];
  const never = [
    ...['EnablePartitioning', 'EnableExpress', 'EnableSubscriptionPartitioning', 'IsAnonymousAccessible'],
    'FilteringMessagesBeforePublishing',
  ];
  for (const [names, value] of [[always, true] as const, [never, false] as const]) {
    for (const name of names) {
      assert.equal(queue(`<${name}>${value}</${name}>`).maxDeliveryCount, 10, name);
      assert.throws(() => queue(`<${name}>${!value}</${name}>`), /is supported/, name);
    }
  }
  for (const other of [
    '<EnablePartitioning>true</EnablePartitioning>',
    '<SupportOrdering>false</SupportOrdering>',
    '<AuthorizationRules><AuthorizationRule/></AuthorizationRules>',
  ])
    assert.throws(() => queue(other), /only '.*' is supported/, other);
});

test('what only the broker says is passed over', () => {
  const names = [
    ...['SizeInBytes', 'MessageCount', 'SubscriptionCount', 'CountDetails', 'EntityAvailabilityStatus', 'CreatedAt'],
    ...['UpdatedAt', 'AccessedAt', 'DefaultRuleDescription', 'QueueName', 'TopicName', 'SubscriptionName'],
  ];
  for (const name of names) assert.equal(queue(`<${name}><a>x</a></${name}>`).maxDeliveryCount, 10, name);
});
