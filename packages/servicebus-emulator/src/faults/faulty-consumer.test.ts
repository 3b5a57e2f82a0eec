import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeConsumer } from '../../test/support/fake-consumer.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { arrival, createQueue } from '../../test/support/samples.ts';
import { BrokerError } from '../core/broker-error.ts';
import type { MessageCopy } from '../core/message.ts';
import type { Queue } from '../core/queue.ts';
import type { FaultDefinition } from './fault.ts';
import { FaultPlan } from './fault-plan.ts';

function stage(...faults: FaultDefinition[]) {
  const clock = new ManualClock(1_000);
  const { queue } = createQueue();
  for (let count = 0; count < 3; count++) queue.accept(arrival(), clock.nowMs());
  const plan = new FaultPlan(clock, faults);
  const inner = new FakeConsumer(queue, 10);
  let touched = 0;
  const consumer = plan.consumer(inner, () => {
    touched++;
  });
  const give = (): MessageCopy => {
    const message = queue.lockNext(clock.nowMs());
    assert.ok(message !== undefined);
    consumer.reserve();
    consumer.deliver(message);
    return message;
  };
  return { clock, queue, plan, inner, consumer, give, touches: () => touched };
}

const settle = ({ lock }: MessageCopy): Buffer => lock?.token ?? Buffer.alloc(0);

test('without a fault it is the consumer itself, and one for each', () => {
  const { consumer, inner, queue, plan, give } = stage();
  give();
  assert.deepEqual([consumer.outlet, consumer.queue, consumer.mode], [queue, queue, 'peek-lock']);
  assert.deepEqual([inner.got, inner.room, consumer.canTake], [[1], 9, true]);
  consumer.onIdle();
  assert.equal(inner.idle, 1);
  inner.room = 0;
  assert.equal(consumer.canTake, false);
  assert.equal(
    plan.consumer(inner, () => undefined),
    consumer,
  );
});

test('what is received and deleted goes out as well', () => {
  const { consumer, inner, queue, clock } = stage({ kind: 'expire-lock', entity: 'q' });
  const message = queue.takeNext(clock.nowMs());
  assert.ok(message !== undefined);
  consumer.deliver(message);
  assert.deepEqual(inner.got, [1]);
});

test('copies go out in the order of what they copy', () => {
  const { clock, consumer, inner, give } = stage(
    { kind: 'slow', entity: 'q', delayMs: 10 },
    { kind: 'deliver-twice', entity: 'q' },
  );
  give();
  give();
  clock.advance(10);
  consumer.onIdle();
  assert.deepEqual(inner.got, [1, 2, 1, 2]);
});

test('only a lock that is lost already is no fault of the broker', () => {
  const fail = (error: Error) => {
    const { plan, queue } = stage({ kind: 'cut-link-silently', entity: '*' });
    const release = () => {
      throw error;
    };
    const broken = { path: 'q', release } as unknown as Queue;
    const message = queue.lockNext(1_000);
    assert.ok(message !== undefined);
    plan.consumer(new FakeConsumer(broken, 10), () => undefined).deliver(message);
  };
  fail(new BrokerError('message-lock-lost', 'lost'));
  assert.throws(() => fail(new BrokerError('storage-failed', 'full')), { code: 'storage-failed' });
  assert.throws(() => fail(new RangeError('a fault')), RangeError);
});

test('deliver-twice: the second copy goes out before anything else, and only where there is room', () => {
  const { consumer, inner, give, touches } = stage({ kind: 'deliver-twice', entity: 'q', count: 1 });
  give();
  assert.deepEqual([inner.got, consumer.canTake, touches()], [[1], false, 1]);
  inner.room = 0;
  consumer.onIdle();
  assert.deepEqual([inner.got, inner.idle, touches()], [[1], 1, 1]);
  inner.room = 2;
  consumer.onIdle();
  assert.deepEqual([inner.got, inner.room, consumer.canTake, inner.idle, touches()], [[1, 1], 1, true, 2, 2]);
  consumer.onIdle();
  assert.deepEqual(inner.got, [1, 1]);
});

test('cut-link-silently: what was meant for it goes to others, uncounted, and it gets nothing ever again', () => {
  const { clock, consumer, inner, queue, give, touches } = stage({ kind: 'cut-link-silently', entity: 'q', count: 1 });
  give();
  assert.deepEqual([inner.got, consumer.canTake, touches()], [[], false, 2]);
  const again = queue.lockNext(clock.nowMs());
  assert.deepEqual([again?.sequenceNumber, again?.deliveryCount], [1, 0]);
  give();
  consumer.onIdle();
  assert.deepEqual([inner.got, inner.idle], [[], 0]);
});

test('a cut link loses what is received and deleted', () => {
  const { consumer, inner, queue, clock } = stage({ kind: 'cut-link-silently', entity: 'q', count: 1 });
  const message = queue.takeNext(clock.nowMs());
  assert.ok(message !== undefined);
  consumer.deliver(message);
  assert.deepEqual([inner.got, queue.count], [[], 2]);
});

test('expire-lock: the lock ends early and the delivery counts', () => {
  const { clock, queue, give } = stage({ kind: 'expire-lock', entity: 'q', count: 1, delayMs: 20 });
  const first = give();
  clock.advance(19);
  assert.ok(queue.isLocked(settle(first)));
  clock.advance(1);
  assert.ok(!queue.isLocked(settle(first)));
  const again = queue.lockNext(clock.nowMs());
  assert.deepEqual([again?.sequenceNumber, again?.deliveryCount], [1, 1]);
});

test('expire-lock: without a delay at once; a receiver may have been faster', () => {
  const { clock, queue, give } = stage({ kind: 'expire-lock', entity: 'q' });
  queue.complete(settle(give()), clock.nowMs());
  clock.advance(0);
  const lost = give();
  clock.advance(0);
  assert.ok(!queue.isLocked(settle(lost)));
  assert.equal(queue.count, 2);
});

test('slow and hang hold a delivery back', () => {
  const { clock, inner, give, plan } = stage({ kind: 'slow', entity: 'q', delayMs: 30, count: 1 });
  give();
  clock.advance(29);
  assert.deepEqual(inner.got, []);
  clock.advance(1);
  assert.deepEqual(inner.got, [1]);
  plan.set([{ kind: 'hang', entity: '*' }]);
  give();
  assert.deepEqual(inner.got, [1]);
  plan.clear();
  assert.deepEqual(inner.got, [1, 2]);
});
