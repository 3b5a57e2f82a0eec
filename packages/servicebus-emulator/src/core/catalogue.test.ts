import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainOptions } from '../../test/support/samples.ts';
import type { NamespaceDefinition } from '../config/definition.ts';
import { Catalogue, type Revision, readDefinition, writeDefinition } from './catalogue.ts';
import type { EntityDefinition } from './entity-definition.ts';
import { defaultRule } from './rule-definition.ts';

const queue = (name: string, maxDeliveryCount = 10) => ({ name, options: { ...plainOptions, maxDeliveryCount } });
const subscription = (name: string) => ({ ...queue(name), rules: [defaultRule], deadLetterOnFilterErrors: true });
const topic = (name: string, ...subscriptions: string[]) => ({
  name,
  options: plainOptions,
  subscriptions: subscriptions.map(subscription),
});

const declared: NamespaceDefinition = { name: 'ns', queues: [queue('a'), queue('b')], topics: [topic('t', 's')] };

/** What is there: names of queues with their maximum delivery counts, and paths of subscriptions. */
function merge(definition: NamespaceDefinition, revisions: readonly Revision[]): readonly string[] {
  const { queues, topics } = new Catalogue(definition).merge(revisions);
  const counts = queues.map(({ name, options }) => `${name} ${options.maxDeliveryCount}`);
  const paths = topics.flatMap(({ name, subscriptions }) => [
    name,
    ...subscriptions.map((one) => `${name}/${one.name}`),
  ]);
  return [...counts, ...paths];
}

const catalogue = new Catalogue(declared);
const revise = (path: string, definition?: EntityDefinition) => catalogue.revise(path, definition);

test('revisions add, change and take away', () => {
  const revisions = [
    revise('A', { kind: 'queue', ...queue('a', 3) }),
    revise('b'),
    revise('c', { kind: 'queue', ...queue('c', 4) }),
    revise('t/Subscriptions/s2', { kind: 'subscription', topic: 'T', ...subscription('s2') }),
  ];
  assert.deepEqual(merge(declared, revisions), ['a 3', 'c 4', 't', 't/s', 't/s2']);
  assert.deepEqual(merge(declared, [revise('t')]), ['a 10', 'b 10']);
  assert.deepEqual(catalogue.outdated(revisions), []);
});

test('a declaration that has changed since overtakes its revision', () => {
  const revisions = [revise('a', { kind: 'queue', ...queue('a', 3) }), revise('b'), revise('t/subscriptions/s')];
  const changed = { ...declared, queues: [queue('a', 11), queue('b', 12)], topics: [topic('t')] };
  assert.deepEqual(merge(changed, revisions), ['a 11', 'b 12', 't']);
  assert.equal(new Catalogue(changed).outdated(revisions).length, 3);
  const made = revise('c', { kind: 'queue', ...queue('c', 4) });
  assert.deepEqual(merge({ ...declared, queues: [queue('c', 13)] }, [made]), ['c 13', 't', 't/s']);
});

test('only a deletion of what is not declared leaves nothing to keep', () => {
  assert.ok(catalogue.isForgotten(revise('c')));
  assert.ok(!catalogue.isForgotten(revise('a')));
});

test('a definition comes back from its text', () => {
  const definition = {
    kind: 'topic',
    name: 't',
    options: { ...plainOptions, timeToLiveMs: Number.POSITIVE_INFINITY },
  } as const;
  const given = Object.entries(definition.options).filter(([, value]) => value !== undefined);
  const options = Object.fromEntries(given);
  assert.deepEqual(readDefinition(writeDefinition(definition)), { ...definition, options });
});
