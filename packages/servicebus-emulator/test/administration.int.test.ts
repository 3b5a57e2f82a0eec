import assert from 'node:assert/strict';
import path from 'node:path';
import { suite, test } from 'node:test';
import { ServiceBusClient } from '@azure/service-bus';
import { type Emulator, type EmulatorOptions, startServiceBusEmulator } from '../src/index.ts';
import { administer } from './support/administer.ts';
import { bodies, receiveOne } from './support/namespace.ts';
import { createTemporaryFolder } from './support/temporary-folder.ts';

const config = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'ns',
        Queues: [{ Name: 'declared' }, { Name: 'doomed' }],
        Topics: [{ Name: 't', Subscriptions: [{ Name: 's' }] }],
      },
    ],
  },
};

function start(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  return startServiceBusEmulator({ config, ...options });
}

interface Request extends RequestInit {
  readonly query?: string;
}

/** Asks without any client's help. */
async function ask({ statusUrl }: Emulator, target: string, { query = '', ...request }: Request = {}) {
  const url = new URL(`/${target}?api-version=2021-05${query}`, statusUrl);
  const response = await fetch(url, request);
  return { status: response.status, etag: response.headers.get('etag') ?? '', text: await response.text() };
}

function entry(description: string): string {
  return `<entry xmlns="http://www.w3.org/2005/Atom"><content type="application/xml">${description}</content></entry>`;
}

const put = (description: string, headers: Record<string, string> = {}): Request => ({
  method: 'PUT',
  body: entry(description),
  headers,
});

test('what clients have made of the entities is durable, with what the entities hold', async () => {
  await using folder = await createTemporaryFolder();
  const dataFile = path.join(folder.path, 'broker.db');
  let createdAt: Date | undefined;
  {
    await using emulator = await start({ dataFile });
    const administration = administer(emulator.administrationConnectionString);
    await administration.createQueue('made', { maxDeliveryCount: 3, userMetadata: 'kept' });
    await administration.createTopic('made-topic');
    await administration.createSubscription('made-topic', 'all');
    await administration.createSubscription('t', 'second', { defaultMessageTimeToLive: 'PT1H' });
    await administration.updateQueue({ ...(await administration.getQueue('declared')), maxDeliveryCount: 4 });
    await administration.deleteQueue('doomed');
    await administration.createQueue('brief');
    await administration.deleteQueue('brief');
    const client = new ServiceBusClient(emulator.connectionString);
    await client.createSender('made').sendMessages({ body: 'kept' });
    await client.createSender('made-topic').sendMessages({ body: 'published' });
    await client.close();
    ({ createdAt } = await administration.getQueueRuntimeProperties('made'));
  }
  await using emulator = await start({ dataFile });
  const administration = administer(emulator.administrationConnectionString);
  assert.partialDeepStrictEqual(await administration.getQueue('made'), { maxDeliveryCount: 3, userMetadata: 'kept' });
  assert.deepEqual((await administration.getQueueRuntimeProperties('made')).createdAt, createdAt);
  assert.equal((await administration.getQueue('declared')).maxDeliveryCount, 4);
  assert.equal((await administration.getSubscription('t', 'second')).defaultMessageTimeToLive, 'PT1H');
  for (const name of ['doomed', 'brief']) assert.equal(await administration.queueExists(name), false, name);
  const client = new ServiceBusClient(emulator.connectionString);
  assert.deepEqual(bodies([await receiveOne(client.createReceiver('made'))]), ['kept']);
  assert.deepEqual(bodies([await receiveOne(client.createReceiver('made-topic', 'all'))]), ['published']);
  await client.close();
});

test('what clients in other languages send back is taken', async () => {
  await using emulator = await start();
  const anyone = { 'if-match': '*' };
  const topic = `<TopicDescription xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
    <DefaultMessageTimeToLive>P10675199DT2H48M5.477581S</DefaultMessageTimeToLive>
    <FilteringMessagesBeforePublishing>false</FilteringMessagesBeforePublishing>
    <EnableSubscriptionPartitioning>False</EnableSubscriptionPartitioning><AuthorizationRules/>
    <AutoDeleteOnIdle>P10675199DT2H48M5.477581S</AutoDeleteOnIdle><Status>Active</Status>
    <EntityAvailabilityStatus>Available</EntityAvailabilityStatus><SubscriptionCount>1</SubscriptionCount>
  </TopicDescription>`;
  const changed = await ask(emulator, 't', put(topic, anyone));
  assert.equal(changed.status, 200, changed.text);
  const rule = `<RuleDescription><Filter p:type="b:CorrelationFilter" xmlns:p="http://www.w3.org/2001/XMLSchema-instance">
    <Label>x</Label><Properties><KeyValueOfstringanyType><Key>a</Key>
    <Value p:type="c:int" xmlns:c="http://www.w3.org/2001/XMLSchema">5</Value></KeyValueOfstringanyType></Properties>
    </Filter></RuleDescription>`;
  assert.equal((await ask(emulator, 't/subscriptions/s/rules/r', put(rule))).status, 201);
  assert.match((await ask(emulator, 't/Subscriptions/s/Rules/r')).text, /d6p1:int"[^>]*>5<.*<Name>r</);
});

suite('a change that does not fit is refused', () => {
  test('with the entity tag of an older state', async () => {
    await using emulator = await start();
    const change = '<QueueDescription><MaxDeliveryCount>5</MaxDeliveryCount></QueueDescription>';
    const { etag } = await ask(emulator, 'declared');
    assert.match(etag, /^"[0-9a-f]+"$/);
    assert.equal((await ask(emulator, 'declared', put(change, { 'if-match': '"other"' }))).status, 412);
    const changed = await ask(emulator, 'declared', put(change, { 'if-match': etag }));
    assert.equal(changed.status, 200);
    const current = await ask(emulator, 'declared');
    assert.match(current.text, /<MaxDeliveryCount>5</);
    assert.equal(current.etag, changed.etag);
    assert.equal((await ask(emulator, 'declared', { method: 'DELETE', headers: { 'if-match': '"x"' } })).status, 412);
    assert.equal(
      (await ask(emulator, 'declared', { method: 'DELETE', headers: { 'if-match': current.etag } })).status,
      200,
    );
    assert.equal((await ask(emulator, 'declared', put(change, { 'if-match': '*' }))).status, 404);
  });

  test('with every problem named', async () => {
    await using emulator = await start();
    const description = `<QueueDescription><LockDuration>PT1H</LockDuration><MaxDeliveryCount>x</MaxDeliveryCount>
      <EnablePartitioning>true</EnablePartitioning><Colour>red</Colour></QueueDescription>`;
    const { status, text } = await ask(emulator, 'odd', put(description));
    assert.equal(status, 400);
    const expected = [
      'LockDuration: expected',
      'MaxDeliveryCount: expected',
      'EnablePartitioning: only',
      'Colour: unknown',
    ];
    for (const problem of expected) assert.ok(text.includes(problem), problem);
    for (const name of ['x'.repeat(300), '-a', 'a b', 'a/$deadletterqueue'])
      assert.notEqual((await ask(emulator, encodeURIComponent(name), put('<QueueDescription/>'))).status, 201, name);
  });

  test('when the body is none, too large, or of something else', async () => {
    await using emulator = await start();
    const bodies = ['', 'text', '<a>', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', entry(''), entry('<Other/>')];
    for (const body of bodies) assert.equal((await ask(emulator, 'q', { method: 'PUT', body })).status, 400, body);
    const large = await ask(emulator, 'q', { method: 'PUT', body: 'x'.repeat(300_000) });
    assert.equal(large.status, 413);
    assert.equal((await ask(emulator, 't', put('<QueueDescription/>', { 'if-match': '*' }))).status, 400);
    assert.equal((await ask(emulator, 'q', { method: 'POST', body: 'x' })).status, 405);
    assert.equal((await ask(emulator, '$Resources/Queues', { method: 'DELETE' })).status, 405);
    assert.equal((await ask(emulator, '$Resources/Queues', { query: '&$top=x' })).status, 400);
    assert.equal((await ask(emulator, '%E0%A4%A')).status, 400);
    assert.equal((await ask(emulator, 'q')).status, 404);
  });
});

test('only a valid signature administers', async () => {
  await using emulator = await start({ sharedAccessKeys: { Root: 'the-key' } });
  const { administrationConnectionString: right } = emulator;
  assert.equal((await administer(right).getQueue('declared')).name, 'declared');
  const refused = { code: 'UnauthorizedRequestError', statusCode: 401 };
  for (const wrong of [right.replace('the-key', 'another'), right.replace('Root', 'Nobody')])
    await assert.rejects(administer(wrong).getQueue('declared'), refused);
  assert.equal((await ask(emulator, 'declared')).status, 401);
  const expired = 'SharedAccessSignature sr=declared&sig=x&se=1&skn=Root';
  assert.equal((await ask(emulator, 'declared', { headers: { authorization: expired } })).status, 401);
});

test('a change that cannot be stored has not happened', async () => {
  await using emulator = await start({ faults: [] });
  const administration = administer(emulator.administrationConnectionString);
  const busy = { code: 'ServerBusyError', statusCode: 503 };
  const declared = await administration.getQueue('declared');
  const attempts = [
    () => administration.createQueue('made'),
    () => administration.updateQueue({ ...declared, maxDeliveryCount: 3 }),
    () => administration.deleteQueue('doomed'),
    () => administration.createSubscription('t', 'second'),
    () => administration.createRule('t', 's', 'more', { sqlExpression: '1=1' }),
    () => administration.deleteRule('t', 's', '$Default'),
  ];
  for (const attempt of attempts) {
    emulator.faults?.set([{ kind: 'disk-full', entity: '*', count: 1 }]);
    await assert.rejects(attempt(), busy);
  }
  assert.equal(await administration.queueExists('made'), false);
  assert.equal((await administration.getQueue('declared')).maxDeliveryCount, 10);
  assert.equal(await administration.queueExists('doomed'), true);
  assert.equal(await administration.subscriptionExists('t', 'second'), false);
  const rules = [];
  for await (const { name } of administration.listRules('t', 's')) rules.push(name);
  assert.deepEqual(rules, ['$Default']);
  for (const attempt of attempts) await attempt();
});

test('forwarding is set, takes along what lies there, and ends', async () => {
  await using emulator = await start();
  const administration = administer(emulator.administrationConnectionString);
  const refused = { code: 'ServiceError', statusCode: 400 };
  await assert.rejects(administration.createQueue('from', { forwardTo: 'nowhere' }), refused);
  await assert.rejects(administration.createQueue('from', { forwardTo: 't', requiresSession: true }), refused);
  await administration.createQueue('from', { forwardDeadLetteredMessagesTo: 'doomed' });
  const client = new ServiceBusClient(emulator.connectionString, { retryOptions: { maxRetries: 0 } });
  await client.createSender('from').sendMessages({ body: 1 });
  const receiver = client.createReceiver('from');
  const from = await administration.getQueue('from');
  await assert.rejects(administration.updateQueue({ ...from, forwardTo: 'from' }), refused);
  const changed = await administration.updateQueue({ ...from, forwardTo: 'declared' });
  assert.deepEqual([changed.forwardTo, changed.forwardDeadLetteredMessagesTo], ['declared', 'doomed']);
  const target = client.createReceiver('declared', { receiveMode: 'receiveAndDelete' });
  assert.equal((await receiveOne(target)).body, 1);
  const { forwardTo: _, forwardDeadLetteredMessagesTo: __, ...without } = changed;
  const ended = await administration.updateQueue(without);
  assert.deepEqual([ended.forwardTo, ended.forwardDeadLetteredMessagesTo], [undefined, undefined]);
  await client.createSender('from').sendMessages({ body: 2 });
  assert.equal((await receiveOne(receiver)).body, 2);
  await client.close();
});
