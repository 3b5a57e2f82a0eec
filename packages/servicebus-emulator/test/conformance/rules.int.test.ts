import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { RuleProperties, ServiceBusRuleManager } from '@azure/service-bus';
import { bodies, isEmpty, receive, useNamespace } from '../support/namespace.ts';

async function listRules(manager: ServiceBusRuleManager, maxPageSize = 100): Promise<RuleProperties[]> {
  const rules: RuleProperties[] = [];
  for await (const page of manager.listRules().byPage({ maxPageSize })) rules.push(...page);
  return rules;
}

async function replaceRules(manager: ServiceBusRuleManager): Promise<void> {
  for (const { name } of await listRules(manager)) await manager.deleteRule(name);
}

suite('the rule manager', () => {
  const namespace = useNamespace();

  test('finds the rule of a new subscription, and takes it away', async () => {
    const client = namespace.client();
    const manager = client.createRuleManager('open', 'fresh');
    const rules = await listRules(manager);
    assert.deepEqual(rules, [{ name: '$Default', filter: { sqlExpression: '1=1' }, action: {} }]);
    await manager.deleteRule('$default');
    assert.deepEqual(await listRules(manager), []);
    await client.createSender('open').sendMessages({ body: 'for nobody' });
    assert.ok(await isEmpty(client.createReceiver('open', 'fresh')));
  });

  test('adds rules of every kind, which work at once', async () => {
    const client = namespace.client();
    const manager = client.createRuleManager('ruled', 'worked');
    await replaceRules(manager);
    const at = new Date(86_400_000);
    const correlation = {
      correlationId: 'c',
      messageId: 'm',
      to: 't',
      replyTo: 'r',
      subject: 's',
      sessionId: 'i',
      replyToSessionId: 'ri',
      contentType: 'a/b',
      applicationProperties: { text: 'x', whole: 3, half: 0.5, yes: true, at },
    };
    await manager.createRule('sql', { sqlExpression: 'size > 3' });
    await manager.createRule('act', { sqlExpression: 'size > 5' }, { sqlExpression: 'SET size = size * 2' });
    await manager.createRule('equal', correlation);
    const [sql, action, equal] = await listRules(manager, 2);
    assert.deepEqual(sql, { name: 'sql', filter: { sqlExpression: 'size > 3' }, action: {} });
    assert.deepEqual(action?.action, { sqlExpression: 'SET size = size * 2' });
    assert.deepEqual(equal, { name: 'equal', filter: correlation, action: {} });

    const { applicationProperties, subject, contentType, ...rest } = correlation;
    await client.createSender('ruled').sendMessages([
      { body: 1, applicationProperties: { size: 4 } },
      { body: 2, applicationProperties: { size: 6 } },
      { body: 3, ...rest, subject, contentType, applicationProperties },
      { body: 4, ...rest, subject, contentType, applicationProperties: { ...applicationProperties, half: 0.25 } },
    ]);
    const receiver = client.createReceiver('ruled', 'worked', { receiveMode: 'receiveAndDelete' });
    const messages = await receive(receiver, 4);
    assert.deepEqual(bodies(messages), [1, 2, 2, 3]);
    assert.deepEqual(messages[2]?.applicationProperties, { size: 12, RuleName: 'act' });
    assert.ok(await isEmpty(receiver));
  });

  test('refuses what is there already, is not there, or cannot be understood', async () => {
    const manager = namespace.client().createRuleManager('ruled', 'refusing');
    const all = { sqlExpression: '1=1' };
    await replaceRules(manager);
    await manager.createRule('once', all);
    await assert.rejects(manager.createRule('once', all), { code: 'MessagingEntityAlreadyExists' });
    await assert.rejects(manager.deleteRule('never'), { code: 'MessagingEntityNotFound' });
    await assert.rejects(manager.createRule('bad', { sqlExpression: 'size >' }), /at character 7/);
    await assert.rejects(manager.createRule('bad', all, { sqlExpression: 'SET' }), /at character 4/);
    await assert.rejects(manager.createRule('not/a name', all), /is no name/);
    await assert.rejects(namespace.client().createRuleManager('ruled', 'nobody').createRule('r', all), {
      code: 'MessagingEntityNotFound',
    });
    assert.deepEqual(
      (await listRules(manager)).map(({ name }) => name),
      ['once'],
    );
  });
});
