import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEntityName, splitSubscriptionPath, trimSlashes, withoutHost } from './entity-definition.ts';

test('names of entities have 1 to 260 characters, of those that there are', () => {
  for (const name of ['q', '7', 'a.b-c_d~e/f', 'a_', 'x'.repeat(260)]) assert.ok(isEntityName(name), name);
  for (const name of [
    '',
    '-a',
    'a-',
    '_a',
    '/a',
    'a/',
    'a b',
    'a%2fb',
    'é',
    'a\n',
    'x'.repeat(261),
    't/Subscriptions/s',
    't/SUBSCRIPTIONS/s/x',
  ])
    assert.ok(!isEntityName(name), name);
});

test('the path of a subscription has its topic and its name, in any letter case', () => {
  assert.deepEqual(splitSubscriptionPath('a/b/SUBSCRIPTIONS/s'), { topic: 'a/b', name: 's' });
  assert.equal(splitSubscriptionPath('a/subscriptions'), undefined);
});

test('a destination may be a whole URL', () => {
  assert.equal(withoutHost('sb://host.example:5671/a/b'), 'a/b');
  assert.equal(withoutHost('a/b'), 'a/b');
});

test('slashes at the ends of a path say nothing', () => {
  const cases = { '': '', '/': '', '///': '', a: 'a', '/a/': 'a', '//a//b//': 'a//b' };
  for (const [path, expected] of Object.entries(cases)) assert.equal(trimSlashes(path), expected, path);
  const many = `a${'/'.repeat(1_000_000)}b`;
  assert.equal(trimSlashes(many), many);
});
