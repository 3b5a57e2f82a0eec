import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { arrival, plainOptions, RecordingJournal } from '../../test/support/samples.ts';
import { BrokerError } from '../core/broker-error.ts';
import { emptyRecord } from '../core/journal.ts';
import { Namespace } from '../core/namespace.ts';
import type { Queue } from '../core/queue.ts';
import type { Topic } from '../core/topic.ts';
import { IdleWatch } from './idle-watch.ts';

const minuteMs = 60_000;
const ignore = () => undefined;
const options = { ...plainOptions, autoDeleteOnIdleMs: 5 * minuteMs };
const definitionWith = (subscriptionOptions: typeof plainOptions) => ({
  name: 'ns',
  queues: [
    { name: 'q', options },
    { name: 'kept', options: plainOptions },
  ],
  topics: [
    {
      name: 't',
      options,
      subscriptions: [{ name: 's', options: subscriptionOptions, rules: [], deadLetterOnFilterErrors: true }],
    },
  ],
});

/** Remembers for how long timers were set. */
class RecordingClock extends ManualClock {
  readonly delays: number[] = [];

  override setTimer(callback: () => void, delayMs: number): () => void {
    this.delays.push(delayMs);
    return super.setTimer(callback, delayMs);
  }
}

function watch({ subscriptionOptions = plainOptions } = {}) {
  const clock = new RecordingClock(0);
  const journal = new RecordingJournal();
  const namespace = new Namespace(definitionWith(subscriptionOptions), () => emptyRecord, {
    journal,
    newLockToken: () => Buffer.alloc(16),
    onReady: ignore,
    onSessionAvailable: ignore,
    findDestination: () => {
      throw new BrokerError('entity-not-found', 'none');
    },
  });
  const used = new Map<Queue | Topic, number>();
  const received = new Set<Queue>();
  const deleted: string[] = [];
  let failure: Error | undefined;
  const idle = new IdleWatch({
    clock,
    namespace,
    lastUsedMs: (entity) => used.get(entity) ?? 0,
    hasReceivers: (queue) => received.has(queue),
    delete(path) {
      deleted.push(path);
      if (failure !== undefined) throw failure;
      const entity = namespace.find(path);
      if (entity !== undefined) namespace.remove(entity);
    },
  });
  const find = (path: string) => namespace.find(path) ?? assert.fail(path);
  return {
    idle,
    clock,
    deleted,
    find,
    use: (path: string) => used.set(find(path), clock.nowMs()),
    receive: (path: string) => received.add(find(path) as Queue),
    fail: (error: Error | undefined) => {
      failure = error;
    },
    /** A minute at a time, as clocks go. */
    pass(minutes: number) {
      for (let minute = 0; minute < minutes; minute++) clock.advance(minuteMs);
    },
  };
}

suite('the watch for entities that no one uses', () => {
  test('deletes each once, when its time is up and no earlier', () => {
    const { pass, clock, deleted } = watch();
    pass(4);
    clock.advance(minuteMs - 1);
    assert.deepEqual(deleted, []);
    clock.advance(1_000);
    assert.deepEqual(deleted.sort(), ['q', 't']);
    pass(10);
    assert.equal(deleted.length, 2);
  });

  test('counts from the last use of what an entity has below it', () => {
    const { pass, deleted, use } = watch();
    pass(3);
    use('q/$deadletterqueue');
    use('t/Subscriptions/s');
    pass(4);
    assert.deepEqual(deleted, []);
    pass(1);
    assert.deepEqual(deleted.sort(), ['q', 't']);
  });

  test('counts from the last use of an entity itself', () => {
    const { pass, deleted, use } = watch();
    pass(3);
    use('q');
    pass(2);
    assert.deepEqual(deleted, ['t']);
    pass(3);
    assert.deepEqual(deleted, ['t', 'q']);
  });

  test('leaves what is scheduled, and what has receivers', () => {
    const { pass, deleted, find, receive } = watch();
    (find('q') as Queue).accept({ ...arrival(), scheduledAtMs: 60 * minuteMs }, 0);
    receive('t/Subscriptions/s');
    pass(20);
    assert.deepEqual(deleted, []);
  });

  test('leaves a topic that has something scheduled', () => {
    const { pass, deleted, find, receive } = watch();
    (find('t') as Topic).accept({ ...arrival(), scheduledAtMs: 60 * minuteMs }, 0);
    receive('q/$deadletterqueue');
    pass(20);
    assert.deepEqual(deleted, []);
  });

  test('tries again what could not be stored, and hides no other error', () => {
    const { pass, deleted, fail } = watch();
    fail(new BrokerError('storage-failed', 'full'));
    pass(6);
    assert.equal(deleted.length, 4);
    fail(undefined);
    pass(1);
    assert.deepEqual(deleted.slice(4).sort(), ['q', 't']);
    const other = watch();
    other.fail(new RangeError('a fault'));
    assert.throws(() => other.pass(6), RangeError);
  });

  test('takes subscriptions by themselves before their topic', () => {
    const { pass, deleted, find } = watch({ subscriptionOptions: options });
    pass(20);
    assert.deepEqual(deleted, ['q', 't/Subscriptions/s', 't']);
    assert.throws(() => find('t'));
  });

  test('does not look without a pause', () => {
    const { pass, clock } = watch();
    pass(10);
    assert.ok(clock.delays.length > 5);
    assert.deepEqual(
      clock.delays.filter((delayMs) => delayMs < 1_000),
      [],
    );
  });

  test('ends when it is told', () => {
    const { pass, deleted, idle } = watch();
    idle.stop();
    pass(20);
    assert.deepEqual(deleted, []);
  });
});
