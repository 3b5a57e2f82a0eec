import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { arrival, createQueue, message } from '../../test/support/samples.ts';
import type { Arrival } from '../codec/content.ts';
import { readApplicationProperties } from '../codec/properties.ts';
import { BrokerError } from './broker-error.ts';
import type { Destination } from './forwarder.ts';
import type { Origin } from './message.ts';

/** Remembers what it was given. */
class FakeDestination implements Destination {
  readonly origins: Origin[] = [];
  readonly lifetimesMs: (number | undefined)[] = [];
  readonly bodies = new Set<string>();
  refusal: Error | undefined;

  assertAccepts(): void {
    if (this.refusal !== undefined) throw this.refusal;
  }

  accept({ content }: Arrival, _nowMs: number, origin: Origin): number {
    this.lifetimesMs.push(content.timeToLiveMs);
    this.bodies.add(content.bare.toString('hex'));
    return this.origins.push(origin);
  }
}

suite('a queue that forwards', () => {
  test('keeps nothing and passes the first number on', () => {
    const end = new FakeDestination();
    const { queue, journal } = createQueue({ forwardTo: 'end' }, { end });
    assert.equal(queue.accept(arrival(), 0), 1);
    assert.equal(queue.count, 0);
    assert.deepEqual(journal.take(), []);
    assert.deepEqual(end.origins, [{ enqueuedSequenceNumber: 1, hops: 1, deadLetterSource: undefined }]);
  });

  test('dead-letters what cannot go, and why', () => {
    const end = new FakeDestination();
    const { queue, deadLetters } = createQueue({ forwardTo: 'end' }, { end });
    const origin = { enqueuedSequenceNumber: 7, hops: 4, deadLetterSource: undefined };
    queue.accept(arrival(), 0, origin);
    end.refusal = new BrokerError('quota-exceeded', 'full');
    queue.accept(arrival(), 0);
    assert.deepEqual([queue.count, deadLetters.count, end.origins.length], [0, 2, 0]);
    assert.equal(deadLetters.takeNext(0)?.enqueuedSequenceNumber, 7);
  });

  test('tells why as the service does, by the name of its exception', () => {
    const end = new FakeDestination();
    const { queue, deadLetters } = createQueue({ forwardTo: 'end' }, { end });
    const names = {
      'entity-not-found': 'MessagingEntityNotFoundException',
      'entity-disabled': 'MessagingEntityDisabledException',
      'quota-exceeded': 'QuotaExceededException',
      'not-allowed': 'InvalidOperationException',
      'argument-invalid': 'argument-invalid',
    } as const;
    for (const [code, name] of Object.entries(names)) {
      end.refusal = new BrokerError(code as keyof typeof names, 'why');
      queue.accept(arrival(), 0);
      const dead = readApplicationProperties(deadLetters.takeNext(0)?.content.bare ?? Buffer.alloc(0));
      assert.deepEqual([dead.get('DeadLetterReason'), dead.get('DeadLetterErrorDescription')], [name, 'why']);
    }
    end.refusal = new RangeError('a fault of the broker');
    assert.throws(() => queue.accept(arrival(), 0), RangeError);
  });

  test('lets nothing live longer than it would have where it came in', () => {
    const end = new FakeDestination();
    const bounded = createQueue({ forwardTo: 'end', timeToLiveMs: 100 }, { end }).queue;
    for (const ttl of [50, 500, undefined]) bounded.accept(arrival(ttl === undefined ? {} : { ttl }), 0);
    const endless = createQueue({ forwardTo: 'end' }, { end }).queue;
    for (const ttl of [50, undefined]) endless.accept(arrival(ttl === undefined ? {} : { ttl }), 0);
    assert.deepEqual(end.lifetimesMs, [50, 100, 100, 50, undefined]);
    assert.deepEqual([...end.bodies], [arrival().content.bare.toString('hex')]);
  });

  test('counts the hops up to four', () => {
    const end = new FakeDestination();
    const { queue, deadLetters } = createQueue({ forwardTo: 'end' }, { end });
    for (const hops of [3, 4]) queue.accept(arrival(), 0, { enqueuedSequenceNumber: 7, hops, deadLetterSource: 'x' });
    assert.deepEqual(end.origins, [{ enqueuedSequenceNumber: 7, hops: 4, deadLetterSource: 'x' }]);
    assert.equal(deadLetters.count, 1);
  });

  test('stops where it is told to forward no more', () => {
    const end = new FakeDestination();
    const { queue, journal } = createQueue({}, { end });
    for (let count = 0; count < 3; count++) queue.accept(arrival(), 0);
    queue.redefine({ ...queue.options, forwardTo: 'end' });
    queue.sweep(0, 2);
    assert.deepEqual([end.origins.length, queue.nextDueMs], [2, 0]);
    queue.redefine({ ...queue.options, forwardTo: undefined });
    assert.equal(queue.nextDueMs, Number.POSITIVE_INFINITY);
    queue.sweep(0, 10);
    assert.deepEqual([end.origins.length, queue.count], [2, 1]);
    assert.ok(journal.calls.length > 0);
  });

  test('buries what lay there before and cannot go', () => {
    const end = new FakeDestination();
    const { queue, deadLetters } = createQueue({}, { end });
    for (let count = 0; count < 3; count++) queue.accept(arrival(), 0);
    end.refusal = new BrokerError('quota-exceeded', 'full');
    queue.redefine({ ...queue.options, forwardTo: 'end' });
    queue.sweep(0, 10);
    assert.deepEqual([queue.count, deadLetters.count, end.origins.length], [0, 3, 0]);
    const dead = readApplicationProperties(deadLetters.takeNext(0)?.content.bare ?? Buffer.alloc(0));
    assert.equal(dead.get('DeadLetterReason'), 'QuotaExceededException');
  });

  test('leaves alone what is not to be forwarded', () => {
    const { queue, journal } = createQueue();
    queue.accept(arrival(), 0);
    journal.read = () => assert.fail('it was read');
    queue.sweep(0, 5);
    assert.equal(queue.count, 1);
  });

  test('forwards what lay there before', () => {
    const end = new FakeDestination();
    const { queue, deadLetters, journal } = createQueue({ forwardTo: 'end' }, { end });
    const old = [message(), message({ sequenceNumber: 2, enqueuedSequenceNumber: 2 })];
    for (const one of old) journal.insert(1, one, arrival().content);
    queue.load({ id: 1, lastSequenceNumber: 2, stateBytes: 0, messages: old, remembered: [] });
    assert.equal(queue.nextDueMs, 0);
    queue.sweep(0, 10);
    assert.deepEqual([queue.count, deadLetters.count, end.origins.length], [0, 0, 2]);
    assert.equal(queue.nextDueMs, Number.POSITIVE_INFINITY);
  });
});

suite('dead letters that are forwarded', () => {
  const spend = (end: Destination) => {
    const made = createQueue({ forwardDeadLettersTo: 'end', maxDeliveryCount: 1 }, { end });
    made.queue.accept(arrival(), 0);
    const token = made.queue.lockNext(0)?.lock?.token;
    assert.ok(token !== undefined);
    made.journal.take();
    made.queue.abandon(token, 0);
    return made;
  };

  test('leave nothing behind', () => {
    const end = new FakeDestination();
    const { queue, deadLetters, journal } = spend(end);
    assert.deepEqual([queue.count, deadLetters.count], [0, 0]);
    assert.deepEqual(journal.take(), ['remove 1/1']);
    assert.deepEqual(end.origins, [{ enqueuedSequenceNumber: 1, hops: 1, deadLetterSource: 'q' }]);
  });

  test('stay when they cannot go', () => {
    const end = new FakeDestination();
    end.refusal = new BrokerError('entity-disabled', 'disabled');
    const { deadLetters } = spend(end);
    assert.equal(deadLetters.count, 1);
    deadLetters.sweep(0, 10);
    assert.ok(deadLetters.hasReady);
    deadLetters.redefine({ ...deadLetters.options, forwardTo: undefined });
    deadLetters.redefine({ ...deadLetters.options, forwardTo: 'end' });
    assert.equal(deadLetters.nextDueMs, 0);
    deadLetters.sweep(0, 10);
    assert.deepEqual([deadLetters.nextDueMs, deadLetters.count], [Number.POSITIVE_INFINITY, 1]);
    assert.equal(deadLetters.takeNext(0)?.deadLetterSource, 'q');
  });
});
