import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeConsumer } from '../../test/support/fake-consumer.ts';
import { arrival, createQueue } from '../../test/support/samples.ts';
import { Dispatcher } from './dispatcher.ts';

function create(messages: number) {
  const { queue } = createQueue();
  for (let count = 0; count < messages; count++) queue.accept(arrival(), 0);
  const dispatcher = new Dispatcher();
  const taken: number[] = [];
  const pump = () => {
    dispatcher.touch(queue);
    dispatcher.pump(0, (_consumer, message) => taken.push(message.sequenceNumber));
  };
  return { queue, dispatcher, taken, pump };
}

test('consumers take turns, each as far as it has room', () => {
  const { queue, dispatcher, pump } = create(7);
  const [one, two] = [new FakeConsumer(queue, 2), new FakeConsumer(queue, 10)];
  dispatcher.add(one);
  dispatcher.add(two);
  pump();
  assert.deepEqual(
    [one.got, two.got],
    [
      [1, 3],
      [2, 4, 5, 6, 7],
    ],
  );
  assert.deepEqual([one.idle, two.idle], [1, 1]);
});

test('without room nothing is locked', () => {
  const { queue, dispatcher, pump } = create(1);
  dispatcher.add(new FakeConsumer(queue, 0));
  pump();
  assert.ok(queue.hasReady);
});

test('receive and delete waits until the removal is durable', () => {
  const { queue, dispatcher, taken, pump } = create(2);
  const consumer = new FakeConsumer(queue, 1, 'receive-and-delete');
  dispatcher.add(consumer);
  pump();
  assert.deepEqual([taken, consumer.got, queue.counts.active], [[1], [], 1]);
});

test('who has left gets nothing', () => {
  const { queue, dispatcher, pump } = create(1);
  const consumer = new FakeConsumer(queue, 1);
  dispatcher.add(consumer);
  dispatcher.remove(consumer);
  pump();
  assert.deepEqual(consumer.got, []);
});
