import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ServiceBusAdministrationClient } from '@azure/service-bus';
import { bodies, isEmpty, receive, receiveOne, useNamespace } from '../support/namespace.ts';

const notFound = { code: 'MessageEntityNotFoundError', statusCode: 404 };
const alreadyThere = { code: 'MessageEntityAlreadyExistsError', statusCode: 409 };
const refused = { code: 'ServiceError', statusCode: 400 };

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

suite('administration', () => {
  const namespace = useNamespace();

  /** Entities of an earlier run may still be there in a namespace that outlives it. */
  async function fresh(
    queues: readonly string[],
    topics: readonly string[] = [],
  ): Promise<ServiceBusAdministrationClient> {
    const administration = namespace.administration();
    for (const name of queues) if (await administration.queueExists(name)) await administration.deleteQueue(name);
    for (const name of topics) if (await administration.topicExists(name)) await administration.deleteTopic(name);
    return administration;
  }

  test('the namespace tells its name and kind', async () => {
    const properties = await namespace.administration().getNamespaceProperties();
    assert.ok(properties.name.length > 0);
    assert.ok(['Basic', 'Standard', 'Premium'].includes(properties.messagingSku));
    assert.ok(properties.createdAt.getTime() > 0);
  });

  test('a queue is made, read, changed and deleted', async () => {
    const administration = await fresh(['made']);
    const options = {
      lockDuration: 'PT45S',
      maxDeliveryCount: 7,
      maxSizeInMegabytes: 2048,
      requiresDuplicateDetection: true,
      duplicateDetectionHistoryTimeWindow: 'PT5M',
      defaultMessageTimeToLive: 'P2DT3H',
      deadLetteringOnMessageExpiration: true,
      requiresSession: true,
      userMetadata: 'made <by> & "for" a test',
    } as const;
    assert.equal(await administration.queueExists('made'), false);
    assert.partialDeepStrictEqual(await administration.createQueue('made', options), { name: 'made', ...options });
    assert.equal(await administration.queueExists('made'), true);
    const queue = await administration.getQueue('made');
    assert.partialDeepStrictEqual(queue, { ...options, status: 'Active', enableBatchedOperations: true });

    const changed = {
      lockDuration: 'PT20S',
      maxDeliveryCount: 3,
      userMetadata: 'changed',
      status: 'SendDisabled',
    } as const;
    assert.partialDeepStrictEqual(await administration.updateQueue({ ...queue, ...changed }), changed);
    assert.partialDeepStrictEqual(await administration.getQueue('made'), { ...options, ...changed });

    await administration.deleteQueue('made');
    assert.equal(await administration.queueExists('made'), false);
  });

  test('a queue that was made works, with its options', async () => {
    const administration = await fresh(['working']);
    await administration.createQueue('working', { maxDeliveryCount: 2 });
    const client = namespace.client();
    const sender = client.createSender('working');
    const receiver = client.createReceiver('working');
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    for (let round = 0; round < 2; round++) await receiver.abandonMessage(await receiveOne(receiver));
    assert.equal((await receiveOne(client.createReceiver('working', { subQueueType: 'deadLetter' }))).body, 1);
    const taken = await receiveOne(receiver);
    await administration.updateQueue({ ...(await administration.getQueue('working')), maxDeliveryCount: 1 });
    await receiver.abandonMessage(taken);
    assert.ok(await isEmpty(receiver));
  });

  test('runtime properties count what is there', async () => {
    const administration = await fresh(['counted']);
    const startMs = Date.now();
    await administration.createQueue('counted');
    const client = namespace.client();
    const sender = client.createSender('counted');
    await sender.sendMessages([{ body: 'a' }, { body: 'b' }, { body: 'c' }]);
    await sender.scheduleMessages({ body: 'later' }, new Date(Date.now() + 3_600_000));
    const receiver = client.createReceiver('counted');
    await receiver.deadLetterMessage(await receiveOne(receiver));
    const properties = await administration.getQueueRuntimeProperties('counted');
    assert.partialDeepStrictEqual(properties, {
      name: 'counted',
      activeMessageCount: 2,
      deadLetterMessageCount: 1,
      scheduledMessageCount: 1,
      transferMessageCount: 0,
      transferDeadLetterMessageCount: 0,
      totalMessageCount: 4,
    });
    assert.ok(Number(properties.sizeInBytes) > 0);
    for (const time of [properties.createdAt, properties.modifiedAt, properties.accessedAt])
      assert.ok(time.getTime() > startMs - 60_000, time.toISOString());
    const listed = await collect(administration.listQueuesRuntimeProperties());
    assert.equal(listed.find(({ name }) => name === 'counted')?.totalMessageCount, 4);
  });

  test('topics, subscriptions and rules are made, read, changed and deleted', async () => {
    const administration = await fresh([], ['news']);
    const topic = await administration.createTopic('news', { defaultMessageTimeToLive: 'P1D', userMetadata: 'topic' });
    assert.partialDeepStrictEqual(topic, { name: 'news', defaultMessageTimeToLive: 'P1D', supportOrdering: true });
    const subscription = await administration.createSubscription('news', 'all', {
      lockDuration: 'PT10S',
      deadLetteringOnFilterEvaluationExceptions: false,
    });
    assert.partialDeepStrictEqual(subscription, {
      topicName: 'news',
      subscriptionName: 'all',
      lockDuration: 'PT10S',
      deadLetteringOnFilterEvaluationExceptions: false,
    });
    assert.equal((await administration.updateTopic({ ...topic, userMetadata: 'changed' })).userMetadata, 'changed');
    const changed = await administration.updateSubscription({ ...subscription, maxDeliveryCount: 4 });
    assert.partialDeepStrictEqual(changed, { maxDeliveryCount: 4, deadLetteringOnFilterEvaluationExceptions: false });
    assert.equal((await administration.getSubscription('news', 'all')).maxDeliveryCount, 4);
    assert.deepEqual(
      (await collect(administration.listSubscriptions('news'))).map(({ subscriptionName }) => subscriptionName),
      ['all'],
    );
    await namespace
      .client()
      .createSender('news')
      .sendMessages([{ body: 1 }, { body: 2 }]);
    const runtime = await administration.getSubscriptionRuntimeProperties('news', 'all');
    assert.partialDeepStrictEqual(runtime, { topicName: 'news', activeMessageCount: 2, totalMessageCount: 2 });
    assert.equal((await administration.getTopicRuntimeProperties('news')).subscriptionCount, 1);
    assert.equal((await collect(administration.listSubscriptionsRuntimeProperties('news'))).length, 1);
    const topics = await collect(administration.listTopicsRuntimeProperties());
    assert.equal(topics.find(({ name }) => name === 'news')?.subscriptionCount, 1);

    await administration.deleteSubscription('news', 'all');
    assert.equal(await administration.subscriptionExists('news', 'all'), false);
    await administration.createSubscription('news', 'again');
    await administration.deleteTopic('news');
    assert.equal(await administration.topicExists('news'), false);
    await assert.rejects(administration.getSubscription('news', 'again'), notFound);
  });

  test('rules of every kind come back as they were made, and work', async () => {
    const administration = await fresh([], ['ruling']);
    const at = new Date(1_700_000_000_000);
    const sql = { sqlExpression: 'size >= @least AND "of" = @of', sqlParameters: { '@least': 5.5, '@of': '<&>' } };
    await administration.createTopic('ruling');
    await administration.createSubscription('ruling', 's', { defaultRuleOptions: { name: 'first', filter: sql } });
    const correlation = {
      correlationId: 'c',
      messageId: 'm',
      to: 't',
      replyTo: 'r',
      subject: 'su',
      sessionId: 's',
      replyToSessionId: 'rs',
      contentType: 'text/plain',
      applicationProperties: { text: 'x', number: 2.5, yes: true, at },
    };
    const action = { sqlExpression: "SET seen = 'yes'" };
    assert.deepEqual(await administration.createRule('ruling', 's', 'second', correlation, action), {
      name: 'second',
      filter: correlation,
      action: { ...action, sqlParameters: undefined },
    });
    const first = await administration.getRule('ruling', 's', 'first');
    assert.deepEqual(first.filter, sql);
    const client = namespace.client();
    const receiver = client.createReceiver('ruling', 's', { receiveMode: 'receiveAndDelete' });
    const send = (size: number) =>
      client.createSender('ruling').sendMessages({ body: size, applicationProperties: { size, of: '<&>' } });
    for (const size of [5, 6]) await send(size);
    assert.deepEqual(bodies(await receive(receiver, 1)), [6]);

    await administration.updateRule('ruling', 's', { ...first, filter: { sqlExpression: 'size = 5' } });
    for (const size of [6, 5]) await send(size);
    assert.deepEqual(bodies(await receive(receiver, 1)), [5]);
    const names = async () => (await collect(administration.listRules('ruling', 's'))).map(({ name }) => name);
    assert.deepEqual(await names(), ['first', 'second']);
    await administration.deleteRule('ruling', 's', 'first');
    assert.deepEqual(await names(), ['second']);
    assert.equal(await administration.ruleExists('ruling', 's', 'first'), false);
    await administration.createSubscription('ruling', 'default');
    assert.partialDeepStrictEqual(await administration.getRule('ruling', 'default', '$Default'), {
      name: '$Default',
      filter: { sqlExpression: '1=1' },
    });
  });

  test('lists come in pages', async () => {
    const names = Array.from({ length: 5 }, (_, index) => `paged-${index}`);
    const administration = await fresh(names);
    for (const name of names) await administration.createQueue(name);
    const pages = await collect(administration.listQueues().byPage({ maxPageSize: 2 }));
    const listed = pages.flat().map(({ name }) => name);
    assert.ok(pages.length >= 3 && pages.every((page) => page.length <= 2));
    assert.equal(new Set(listed).size, listed.length);
    assert.ok(names.every((name) => listed.includes(name)));
    assert.ok(!listed.some((name) => name.toLowerCase().includes('/subscriptions/')));
    for (const name of names) await administration.deleteQueue(name);
  });

  test('what is there, is not there or makes no sense is refused', async () => {
    const administration = await fresh(['once', 'odd'], ['t1']);
    await administration.createQueue('once');
    await administration.createTopic('t1');
    await administration.createSubscription('t1', 's1');
    await assert.rejects(administration.createQueue('ONCE'), alreadyThere);
    await assert.rejects(administration.createTopic('once'), alreadyThere);
    await assert.rejects(administration.createSubscription('t1', 's1'), alreadyThere);
    await assert.rejects(administration.createRule('t1', 's1', '$Default', { sqlExpression: '1=1' }), alreadyThere);
    const once = await administration.getQueue('once');
    const missing = [
      () => administration.getQueue('never'),
      () => administration.getTopic('never'),
      () => administration.deleteQueue('never'),
      () => administration.updateQueue({ ...once, name: 'never' }),
      () => administration.getSubscription('t1', 'never'),
      () => administration.createSubscription('never', 's1'),
      () => administration.getRule('t1', 's1', 'never'),
      () => administration.deleteRule('t1', 's1', 'never'),
    ];
    for (const attempt of missing) await assert.rejects(attempt(), notFound);
    const senseless = [
      () => administration.createQueue('odd', { lockDuration: 'PT1H' }),
      () => administration.createQueue('odd', { maxDeliveryCount: 0 }),
      () => administration.createQueue('odd', { lockDuration: 'soon' }),
      () => administration.createRule('t1', 's1', 'odd', { sqlExpression: 'a >' }),
      () => administration.updateQueue({ ...once, requiresSession: true }),
    ];
    for (const attempt of senseless) await assert.rejects(attempt(), refused);
    assert.equal(await administration.queueExists('odd'), false);
  });

  test('a deleted entity ends for those who use it, and comes back empty', async () => {
    const administration = await fresh(['brief']);
    await administration.createQueue('brief');
    const client = namespace.client();
    const sender = client.createSender('brief');
    await sender.sendMessages({ body: 1 });
    const receiver = client.createReceiver('brief');
    const message = await receiveOne(receiver);
    const gone = { code: 'MessagingEntityNotFound' };
    const waiting = assert.rejects(receiver.receiveMessages(1, { maxWaitTimeInMs: 60_000 }), gone);
    await administration.deleteQueue('brief');
    await waiting;
    await assert.rejects(sender.sendMessages({ body: 3 }), gone);
    await assert.rejects(receiver.completeMessage(message), gone);
    await administration.createQueue('brief');
    await client.createSender('brief').sendMessages({ body: 'new' });
    const again = await receiveOne(client.createReceiver('brief'));
    assert.equal(again.body, 'new');
  });

  test('a disabled entity refuses until it is active again', async () => {
    const administration = await fresh(['gated']);
    const queue = await administration.createQueue('gated');
    const client = namespace.client();
    await client.createSender('gated').sendMessages({ body: 1 });
    await administration.updateQueue({ ...queue, status: 'SendDisabled' });
    await assert.rejects(client.createSender('gated').sendMessages({ body: 2 }), { code: 'MessagingEntityDisabled' });
    assert.equal((await receiveOne(client.createReceiver('gated', { receiveMode: 'receiveAndDelete' }))).body, 1);
    await administration.updateQueue({ ...queue, status: 'Active' });
    await client.createSender('gated').sendMessages({ body: 3 });
  });
});
