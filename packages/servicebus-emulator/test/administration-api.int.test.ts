import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Queue } from '../src/core/queue.ts';
import { type AdministrationRequest, createAdministrationApi } from '../src/http/administration/api.ts';
import { readXml, type XmlElement } from '../src/xml/read-xml.ts';
import { durable } from './support/durable.ts';
import { createMemoryBroker } from './support/memory-broker.ts';
import { arrival } from './support/samples.ts';

const config = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'ns',
        Queues: ['a', 'b', 'c', 'd'].map((Name) => ({ Name })),
        Topics: [{ Name: 't', Subscriptions: [{ Name: 's' }, { Name: 'z' }] }],
      },
    ],
  },
};

interface Answer {
  readonly status: number;
  readonly etag: string | undefined;
  readonly body: string;
  readonly root: XmlElement;
}

/** The API on a broker in memory, without any network. */
function open() {
  const { broker, clock } = createMemoryBroker(config);
  const api = createAdministrationApi({
    administration: broker.administration,
    keys: undefined,
    nowMs: () => clock.nowMs(),
  });
  const ask = (method: string, path: string, more: Partial<AdministrationRequest> = {}): Answer => {
    const url = `/${path}${path.includes('?') ? '&' : '?'}api-version=2021-05`;
    const request = { method, url, host: 'host:1', authorization: undefined, ifMatch: undefined, body: '', ...more };
    const { status, etag, body } = api(request);
    return { status, etag, body, root: readXml(body === '' ? '<none/>' : body) };
  };
  return {
    clock,
    broker,
    ask,
    put: (path: string, description: string, ifMatch?: string) =>
      ask('PUT', path, { body: `<entry><content>${description}</content></entry>`, ifMatch }),
  };
}

const every = (root: XmlElement, name: string) => root.children.filter((child) => child.name === name);
const titles = ({ root }: Answer) => every(root, 'entry').map((entry) => every(entry, 'title')[0]?.text);
const linkOf = ({ root }: Answer, rel: string) =>
  every(root, 'link')
    .find(({ attributes }) => attributes.get('rel') === rel)
    ?.attributes.get('href');

/** A field of an entry's description, wherever it stands there. */
function field({ root }: Answer, name: string): string | undefined {
  const search = (element: XmlElement): string | undefined => {
    if (element.name === name) return element.text;
    return element.children.map(search).find((found) => found !== undefined);
  };
  const [content] = every(root, 'content');
  return content && search(content);
}

suite('lists', () => {
  test('come in pages, each with the address of the next', () => {
    const { ask } = open();
    const first = ask('GET', '$Resources/Queues?$top=2');
    assert.deepEqual(titles(first), ['a', 'b']);
    const next = new URL(linkOf(first, 'next') ?? '');
    assert.deepEqual([next.host, next.searchParams.get('$skip'), next.searchParams.get('$top')], ['host:1', '2', '2']);
    assert.equal(next.searchParams.get('api-version'), '2021-05');
    const last = ask('GET', `${next.pathname.slice(1)}?$skip=2&$top=2`);
    assert.deepEqual([titles(last), linkOf(last, 'next')], [['c', 'd'], undefined]);
    assert.equal(linkOf(ask('GET', '$Resources/Queues?$skip=2&$top=1'), 'next')?.includes('skip=3'), true);
  });

  test('are whole without bounds, and empty beyond the end', () => {
    const { ask } = open();
    assert.deepEqual(titles(ask('GET', '$Resources/Queues')), ['a', 'b', 'c', 'd']);
    for (const bounds of ['$skip=4', '$skip=9&$top=5', '$top=0']) {
      const answer = ask('GET', `$Resources/Queues?${bounds}`);
      assert.deepEqual([answer.status, titles(answer), linkOf(answer, 'next')], [200, [], undefined], bounds);
    }
    for (const bounds of ['$skip=x', '$top=-1', '$top=1.5', '$skip=', '$top=1234567890'])
      assert.equal(ask('GET', `$Resources/Queues?${bounds}`).status, 400, bounds);
  });

  test('hold a hundred at most', () => {
    const { ask, put } = open();
    for (let count = 0; count < 97; count++) put(`more-${count}`, '<QueueDescription/>');
    for (const query of ['', '?$top=1000']) {
      const answer = ask('GET', `$Resources/Queues${query}`);
      assert.equal(titles(answer).length, 100);
      const next = new URL(linkOf(answer, 'next') ?? '').searchParams;
      assert.deepEqual([next.get('$skip'), next.get('$top')], ['100', '100']);
    }
  });

  test('of topics, subscriptions and rules name what belongs there', () => {
    const { ask, put } = open();
    put('t/Subscriptions/s/Rules/r', '<RuleDescription><Filter i:type="FalseFilter"/></RuleDescription>');
    assert.deepEqual(titles(ask('GET', '$Resources/Topics')), ['t']);
    assert.deepEqual(titles(ask('GET', 'T/subscriptions')), ['s', 'z']);
    assert.deepEqual(titles(ask('GET', 't/Subscriptions/s/rules')), ['$Default', 'r']);
    assert.equal(ask('GET', 'a/Subscriptions').status, 404);
    assert.equal(ask('GET', 't/Subscriptions/none/rules').status, 404);
  });

  test('can only be read', () => {
    const { ask } = open();
    for (const path of ['$Resources/Queues', '$Resources/Topics', 't/Subscriptions', 't/Subscriptions/s/Rules'])
      for (const method of ['PUT', 'DELETE', 'POST']) assert.equal(ask(method, path).status, 405, `${method} ${path}`);
    for (const method of ['PUT', 'DELETE']) assert.equal(ask(method, '$namespaceinfo').status, 405);
    for (const method of ['POST', 'PATCH', 'HEAD']) assert.equal(ask(method, 'a').status, 405);
  });
});

suite('an entry', () => {
  test('has its address, its title and its times', () => {
    const { ask, put, clock } = open();
    clock.advance(5_000);
    put('q/w', '<QueueDescription/>');
    clock.advance(5_000);
    put('q/w', '<QueueDescription/>', '*');
    const answer = ask('GET', 'q/w');
    const text = (name: string) => every(answer.root, name)[0]?.text;
    assert.deepEqual(
      [text('id'), text('title'), text('published'), text('updated')],
      ['http://host:1/q/w?api-version=2021-05', 'q/w', '2030-01-01T00:00:05.000Z', '2030-01-01T00:00:10.000Z'],
    );
    assert.equal(linkOf(answer, 'self'), text('id'));
    assert.equal(field(answer, 'AccessedAt'), '0001-01-01T00:00:00Z');
    assert.equal(field(ask('GET', '$namespaceinfo'), 'Name'), 'ns');
  });

  test('counts what the entity holds', async () => {
    const { ask, broker, clock } = open();
    const queue = broker.namespace.find('a');
    assert.ok(queue instanceof Queue);
    const now = clock.nowMs();
    broker.send(queue, [arrival(), arrival(), arrival(), { ...arrival(), scheduledAtMs: now + 60_000 }]);
    await durable(broker);
    const [dead, deferred] = [queue.lockNext(now)?.lock?.token, queue.lockNext(now)?.lock?.token];
    assert.ok(dead !== undefined && deferred !== undefined);
    queue.deadLetter(dead, now, { reason: 'r', description: undefined });
    queue.defer(deferred, now);
    const answer = ask('GET', 'a');
    const counts = ['ActiveMessageCount', 'DeadLetterMessageCount', 'ScheduledMessageCount', 'MessageCount'];
    assert.deepEqual(
      counts.map((name) => field(answer, name)),
      ['1', '1', '1', '4'],
    );
    assert.equal(field(answer, 'SizeInBytes'), String(queue.bytes + (queue.deadLetters?.bytes ?? 0)));
    assert.equal(field(answer, 'AccessedAt'), '2030-01-01T00:00:00.000Z');
  });

  test('says all that clients look for', () => {
    const { ask } = open();
    const common = {
      EnableBatchedOperations: 'true',
      Status: 'Active',
      EntityAvailabilityStatus: 'Available',
      AutoDeleteOnIdle: 'P10675199DT2H48M5.4775807S',
      DefaultMessageTimeToLive: 'P10675199DT2H48M5.4775807S',
    };
    const receiving = { LockDuration: 'PT1M', MaxDeliveryCount: '10', RequiresSession: 'false', MessageCount: '0' };
    const sending = {
      RequiresDuplicateDetection: 'false',
      IsAnonymousAccessible: 'false',
      SupportOrdering: 'true',
      EnablePartitioning: 'false',
      EnableExpress: 'false',
      SizeInBytes: '0',
      AuthorizationRules: '',
    };
    const ofTopic = { FilteringMessagesBeforePublishing: 'false', EnableSubscriptionPartitioning: 'false' };
    const said = (path: string) => {
      const [content] = every(ask('GET', path).root, 'content');
      return Object.fromEntries((content?.children[0]?.children ?? []).map(({ name, text }) => [name, text]));
    };
    assert.partialDeepStrictEqual(said('a'), { ...common, ...receiving, ...sending });
    assert.partialDeepStrictEqual(said('t'), { ...common, ...sending, ...ofTopic });
    assert.partialDeepStrictEqual(said('t/Subscriptions/s'), { ...common, ...receiving });
    const counts = ['Active', 'DeadLetter', 'Scheduled', 'Transfer', 'TransferDeadLetter'];
    for (const path of ['a', 't', 't/Subscriptions/s'])
      for (const name of counts) assert.equal(field(ask('GET', path), `${name}MessageCount`), '0', path);
  });

  test('of a topic counts its subscriptions, what they hold and what is scheduled', async () => {
    const { ask, broker, clock } = open();
    const topic = broker.findTarget('t');
    broker.send(topic, [arrival(), { ...arrival(), scheduledAtMs: clock.nowMs() + 60_000 }]);
    const answer = ask('GET', 't');
    assert.deepEqual([field(answer, 'SubscriptionCount'), field(answer, 'ScheduledMessageCount')], ['2', '1']);
    broker.send(topic, [arrival(), arrival()]);
    const [s, z] = ['s', 'z'].map((name) => broker.namespace.find(`t/subscriptions/${name}`));
    assert.ok(s instanceof Queue && z instanceof Queue);
    await durable(broker);
    const [dead, deferred] = [s.lockNext(0)?.lock?.token, s.lockNext(0)?.lock?.token];
    assert.ok(dead !== undefined && deferred !== undefined);
    s.deadLetter(dead, 0, { reason: 'r', description: undefined });
    s.defer(deferred, 0);
    assert.equal(field(ask('GET', 't'), 'SizeInBytes'), String(s.bytes + (s.deadLetters?.bytes ?? 0) + z.bytes));
    const subscription = ask('GET', 't/Subscriptions/s');
    const counted = ['MessageCount', 'ActiveMessageCount', 'DeadLetterMessageCount'];
    assert.deepEqual(
      counted.map((name) => field(subscription, name)),
      ['3', '1', '1'],
    );
    assert.equal(every(subscription.root, 'title')[0]?.text, 's');
  });
});

suite('a change', () => {
  test('needs the tag of the present state, if it names one', () => {
    const { ask, put, clock } = open();
    const { etag } = ask('GET', 'a');
    assert.equal(put('a', '<QueueDescription/>', '"other"').status, 412);
    clock.advance(1);
    const changed = put('a', '<QueueDescription/>', etag);
    assert.equal(changed.status, 200);
    assert.notEqual(changed.etag, etag);
    assert.equal(put('a', '<QueueDescription/>', etag).status, 412);
    assert.equal(ask('DELETE', 'a', { ifMatch: etag }).status, 412);
    assert.deepEqual([ask('DELETE', 'a').status, ask('DELETE', 'a').status], [200, 404]);
    assert.notEqual(ask('GET', 'b').etag, ask('GET', 'c').etag);
  });

  test('without a tag makes what is not there yet', () => {
    const { put } = open();
    const made = [
      ['n', '<QueueDescription/>'],
      ['u', '<TopicDescription/>'],
      ['t/Subscriptions/n', '<SubscriptionDescription/>'],
      ['t/Subscriptions/s/Rules/n', '<RuleDescription><Filter i:type="TrueFilter"/></RuleDescription>'],
    ] as const;
    for (const [path, description] of made) {
      assert.equal(put(path, description, '*').status, 404, path);
      assert.equal(put(path, description).status, 201, path);
      assert.equal(put(path, description).status, 409, path);
      assert.equal(put(path, description, '*').status, 200, path);
    }
  });

  test('has the description of what it changes', () => {
    const { put } = open();
    for (const [path, description] of [
      ['a', '<TopicDescription/>'],
      ['t', '<QueueDescription/>'],
      ['t/Subscriptions/s', '<QueueDescription/>'],
      ['t/Subscriptions/s/Rules/$Default', '<QueueDescription/>'],
    ] as const)
      assert.equal(put(path, description, '*').status, 400, path);
    assert.equal(put('new', '<SubscriptionDescription/>').status, 400);
    assert.equal(put('t/Subscriptions/new', '<QueueDescription/>').status, 400);
  });

  test('leaves what an entity is for ever', () => {
    const { put, broker } = open();
    const refusals = [
      ['a', '<QueueDescription><RequiresSession>true</RequiresSession></QueueDescription>'],
      ['a', '<QueueDescription><RequiresDuplicateDetection>true</RequiresDuplicateDetection></QueueDescription>'],
      ['t', '<TopicDescription><RequiresDuplicateDetection>true</RequiresDuplicateDetection></TopicDescription>'],
      [
        't/Subscriptions/s',
        '<SubscriptionDescription><RequiresSession>true</RequiresSession></SubscriptionDescription>',
      ],
    ] as const;
    for (const [path, description] of refusals) assert.equal(put(path, description, '*').status, 400, path);
    put('u', '<TopicDescription><RequiresDuplicateDetection>true</RequiresDuplicateDetection></TopicDescription>');
    const longer = '<TopicDescription><DefaultMessageTimeToLive>PT1H</DefaultMessageTimeToLive></TopicDescription>';
    assert.equal(field(put('u', longer, '*'), 'DefaultMessageTimeToLive'), 'PT1H');
    assert.equal(field(put('u', longer, '*'), 'RequiresDuplicateDetection'), 'true');
    const errors = 'DeadLetteringOnFilterEvaluationExceptions';
    const description = `<SubscriptionDescription><${errors}>false</${errors}></SubscriptionDescription>`;
    assert.equal(field(put('t/Subscriptions/s', description, '*'), errors), 'false');
    assert.equal(
      broker.administration.findSubscription('t/Subscriptions/s')?.subscription.deadLetterOnFilterErrors,
      false,
    );
    assert.equal(field(put('t/Subscriptions/s', '<SubscriptionDescription/>', '*'), errors), 'false');
  });

  test('of a rule takes its place', () => {
    const { put, ask } = open();
    const rule = (type: string) => `<RuleDescription><Filter i:type="${type}"/></RuleDescription>`;
    put('t/Subscriptions/s/Rules/r', rule('TrueFilter'));
    put('t/Subscriptions/s/Rules/$default', rule('FalseFilter'), '*');
    assert.deepEqual(titles(ask('GET', 't/Subscriptions/s/Rules')), ['$default', 'r']);
    assert.equal(ask('DELETE', 't/Subscriptions/s/Rules/R').status, 200);
    assert.equal(ask('GET', 't/Subscriptions/s/Rules/r').status, 404);
    assert.equal(ask('DELETE', 't/Subscriptions/s/Rules/r').status, 404);
  });

  test('makes a subscription with the rule that it names', () => {
    const { put, ask } = open();
    const first = '<DefaultRuleDescription><Filter i:type="FalseFilter"/><Name>first</Name></DefaultRuleDescription>';
    put('t/Subscriptions/n', `<SubscriptionDescription>${first}</SubscriptionDescription>`);
    assert.deepEqual(titles(ask('GET', 't/Subscriptions/n/Rules')), ['first']);
  });

  test('needs a body that describes something', () => {
    const { ask, put } = open();
    const bodies = ['', '<entry/>', '<entry><content/></entry>', '<feed><content><QueueDescription/></content></feed>'];
    for (const body of bodies) assert.equal(ask('PUT', 'n', { body }).status, 400, body);
    assert.match(put('n', '<a>').body, /<Code>400<\/Code><Detail>The body cannot be understood: /);
  });
});

test('an unsuitable name is told, cut to what anyone can read', () => {
  const { put } = open();
  for (const path of ['-a', 'a b', 'x'.repeat(261), 'a/Subscriptions/b/c']) {
    const { status, body } = put(path, '<QueueDescription/>');
    assert.equal(status, 400, path);
    assert.match(body, /no name of an entity/);
  }
  assert.ok(put('x'.repeat(3_000), '<QueueDescription/>').body.length < 500);
});

test('addresses that are none, and those that name nothing', () => {
  const { ask } = open();
  for (const host of ['', '[', 'a b']) assert.equal(ask('GET', 'a', { host }).status, 400, host);
  for (const url of ['//a?api-version=1', '/a/?api-version=1', 'http://other/a?api-version=1', '/%61?api-version=1'])
    assert.equal(ask('GET', '', { url }).status, 200, url);
  for (const url of ['*', 'a', '/%E0%A4%A?api-version=1']) assert.equal(ask('GET', '', { url }).status, 400, url);
  for (const path of ['', 'none', 'a/$deadletterqueue', 't/Subscriptions/none', 'none/Subscriptions/s', 'constructor'])
    assert.equal(ask('GET', path).status, 404, path);
});
