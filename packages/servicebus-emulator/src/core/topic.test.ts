import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrival, createQueue, message, plainOptions } from '../../test/support/samples.ts';
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
  return { topic, all: all.queue, some: some.queue, journal: all.journal };
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
  topic.accept(arrival(), 0);
  assert.deepEqual(
    [1, 2, 3].map(() => all.lockNext(0)?.expiresAtMs),
    [100, 50, 100],
  );
  const endless = createTopic();
  endless.topic.accept(arrival(), 0);
  assert.equal(endless.all.lockNext(0)?.expiresAtMs, Number.POSITIVE_INFINITY);
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

test('takes no more than is allowed, to the last message', () => {
  const { topic } = createTopic({ messagesMax: 2 });
  topic.accept({ ...arrival(), scheduledAtMs: 100 }, 0);
  topic.assertAccepts([arrival()]);
  assert.throws(() => topic.assertAccepts([arrival(), arrival()]), { code: 'quota-exceeded' });
});

test('does so many steps of what is due, and the rest the next time', () => {
  const { topic, all } = createTopic();
  for (let count = 0; count < 5; count++) topic.accept({ ...arrival(), scheduledAtMs: 100 }, 0);
  topic.sweep(100, 2);
  assert.deepEqual([topic.scheduled, all.count], [3, 2]);
  topic.sweep(100, 10);
  assert.deepEqual([topic.scheduled, all.count], [0, 5]);
});

test('takes over what is stored, and drops what comes twice', () => {
  const { topic, all } = createTopic({ duplicateWindowMs: 1_000 });
  const scheduled = message({ sequenceNumber: 4, enqueuedSequenceNumber: 4, state: 'scheduled', scheduledAtMs: 100 });
  const remembered = [{ messageId: 'old', untilMs: 500 }];
  topic.load({ id: 9, lastSequenceNumber: 4, stateBytes: 0, messages: [scheduled], remembered });
  assert.deepEqual([topic.scheduled, topic.nextDueMs], [1, 100]);
  topic.accept({ ...arrival(), messageId: 'old' }, 0);
  assert.equal(all.count, 0);
  assert.equal(topic.accept({ ...arrival(), messageId: 'new' }, 0), 6);
  topic.sweep(99, 10);
  topic.sweep(500, 0);
  topic.accept({ ...arrival(), messageId: 'old' }, 500);
  assert.equal(all.count, 2);
});

test('a changed window for duplicates holds for what is known already', () => {
  const { topic, all, journal } = createTopic({ duplicateWindowMs: 1_000 });
  topic.accept({ ...arrival(), messageId: 'a' }, 0);
  topic.redefine({ ...topic.options, duplicateWindowMs: 100, timeToLiveMs: 50 });
  topic.sweep(2_000, 1);
  assert.ok(journal.take().includes('forget 9/a'));
  topic.accept({ ...arrival(), messageId: 'a' }, 2_000);
  topic.accept({ ...arrival(), messageId: 'b' }, 2_000);
  topic.sweep(2_100, 1);
  topic.accept({ ...arrival(), messageId: 'b' }, 2_100);
  assert.equal(all.count, 4);
  assert.equal(topic.options.timeToLiveMs, 50);
});

test('subscriptions come, are found in any letter case, and go', () => {
  const { topic, some } = createTopic();
  const more = createQueue();
  const added = new Subscription('More', more.queue, [compileRule(defaultRule, () => Buffer.alloc(16))], true);
  topic.addSubscription(added);
  assert.deepEqual([topic.findSubscription('mORE'), topic.findSubscription('none')], [added, undefined]);
  assert.equal(topic.subscriptions.length, 3);
  topic.accept(arrival(), 0);
  assert.equal(more.queue.count, 1);
  topic.removeSubscription(added);
  assert.deepEqual([topic.findSubscription('more'), topic.subscriptions.length], [undefined, 2]);
  topic.accept(arrival(), 0);
  assert.deepEqual([more.queue.count, some.count, topic.path], [1, 0, 't']);
});
