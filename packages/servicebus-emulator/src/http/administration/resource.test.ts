import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseResource } from './resource.ts';

test('paths name resources, in any letter case of the parts that are given', () => {
  const expected = {
    $NamespaceInfo: { kind: 'namespace' },
    '$resources/QUEUES': { kind: 'queues' },
    '$Resources/Topics': { kind: 'topics' },
    'a/B': { kind: 'entity', path: 'a/B' },
    'a/b/Subscriptions': { kind: 'subscriptions', topic: 'a/b' },
    'a/subscriptions/S': { kind: 'subscription', topic: 'a', name: 'S' },
    'a/Subscriptions/s/RULES': { kind: 'rules', topic: 'a', subscription: 's' },
    'a/Subscriptions/s/rules/R': { kind: 'rule', topic: 'a', subscription: 's', name: 'R' },
    'a/Subscriptions/s/rules/r/more': { kind: 'entity', path: 'a/Subscriptions/s/rules/r/more' },
    '$resources/other': { kind: 'entity', path: '$resources/other' },
    'subscriptions/s': { kind: 'entity', path: 'subscriptions/s' },
    rules: { kind: 'entity', path: 'rules' },
  };
  for (const [path, resource] of Object.entries(expected)) assert.deepEqual(parseResource(path), resource, path);
});

test('names that every object knows are names like any other', () => {
  for (const path of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
    assert.deepEqual(parseResource(path), { kind: 'entity', path });
});
