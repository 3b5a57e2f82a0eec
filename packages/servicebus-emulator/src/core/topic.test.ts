import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrival, createQueue, plainOptions } from '../../test/support/samples.ts';
import type { Queue } from './queue.ts';
import { compileRule } from './rule.ts';
import { defaultRule, type RuleDefinition } from './rule-definition.ts';
import { Subscription } from './subscription.ts';
import { Topic } from './topic.ts';

function labelled(label: string): RuleDefinition {
  return { name: label, filter: { kind: 'correlation', system: { label }, application: {} } };
}

function createTopic(options: Partial<Topic['options']> = {}) {
  const [all, some] = [createQueue(), createQueue({ messagesMax: 2 })];
  const subscription = (name: string, queue: Queue, ...rules: RuleDefinition[]) =>
    new Subscription(
      name,
      queue,
      rules.map((rule) => compileRule(rule, () => Buffer.alloc(16))),
      true,
    );
  const subscriptions = [
    subscription('all', all.queue, defaultRule),
    subscription('some', some.queue, labelled('never'), labelled('red')),
  ];
  const topic = new Topic('t', 9, { ...plainOptions, ...options }, subscriptions, all.journal);
  return { topic, all: all.queue, some: some.queue };
}

test('copies go where a filter matches, each once', () => {
  const { topic, all, some } = createTopic();
  topic.accept(arrival({ subject: 'red' }), 0);
  topic.accept(arrival({ subject: 'blue' }), 0);
  assert.deepEqual([all.counts.active, some.counts.active], [2, 1]);
});

test('the shorter life wins', () => {
  const { topic, all } = createTopic({ timeToLiveMs: 100 });
  topic.accept(arrival({ ttl: 500 }), 0);
  topic.accept(arrival({ ttl: 50 }), 0);
  assert.deepEqual([all.lockNext(0)?.expiresAtMs, all.lockNext(0)?.expiresAtMs], [100, 50]);
});

test('scheduled messages fan out at their moment, unless cancelled', () => {
  const { topic, all } = createTopic();
  const kept = topic.accept({ ...arrival(), scheduledAtMs: 100 }, 0);
  const cancelled = topic.accept({ ...arrival(), scheduledAtMs: 100 }, 0);
  topic.cancelScheduled([cancelled]);
  topic.sweep(99, 10);
  assert.deepEqual([topic.scheduled, all.counts.active, topic.nextDueMs], [1, 0, 100]);
  topic.sweep(100, 10);
  assert.deepEqual([topic.scheduled, all.counts.active], [0, 1]);
  assert.ok((all.lockNext(100)?.enqueuedSequenceNumber ?? 0) > kept);
});

test('one full subscription refuses for all', () => {
  const { topic, all } = createTopic();
  topic.assertRoom(2, 10);
  assert.throws(() => topic.assertRoom(3, 10), { code: 'quota-exceeded' });
  assert.equal(all.counts.active, 0);
});

test('scheduled messages are bounded by themselves', () => {
  const { topic } = createTopic({ messagesMax: 1 });
  topic.accept({ ...arrival(), scheduledAtMs: 100 }, 0);
  assert.throws(() => topic.assertRoom(1, 10), { code: 'quota-exceeded' });
});
