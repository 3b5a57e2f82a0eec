import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { arrival, createQueue } from '../../test/support/samples.ts';
import { BrokerError } from '../core/broker-error.ts';
import type { HeldSession } from '../core/held-session.ts';
import type { Queue } from '../core/queue.ts';
import { SessionDesk } from './session-desk.ts';

const claim = { owner: 'link', onLost: () => undefined };

function open() {
  const clock = new ManualClock(1_000);
  const desk = new SessionDesk(clock);
  const answers: string[] = [];
  const wait = (queue: Queue, name: string, timeoutMs = 100) =>
    desk.wait(queue, claim, timeoutMs, (outcome: HeldSession | BrokerError) => {
      answers.push(`${name}: ${outcome instanceof BrokerError ? outcome.code : outcome.id}`);
    });
  return { clock, desk, answers, wait };
}

const sessionQueue = () => createQueue({ requiresSession: true }).queue;
const put = (queue: Queue, ...ids: string[]) => {
  for (const group_id of ids) queue.accept(arrival({ group_id }), 0);
};

suite('receivers that wait for a session', () => {
  test('are served in their order, as far as there are sessions', () => {
    const { desk, answers, wait } = open();
    const queue = sessionQueue();
    put(queue, 'a', 'b');
    for (const name of ['one', 'two', 'three']) wait(queue, name);
    desk.pump(1_000);
    assert.deepEqual(answers, ['one: a', 'two: b']);
    assert.ok(desk.has(queue));
    put(queue, 'c');
    desk.pump(1_000);
    assert.equal(answers.length, 2, 'no one has said that a session is there');
    desk.touch(queue);
    desk.pump(1_000);
    assert.deepEqual(answers.slice(2), ['three: c']);
    assert.ok(!desk.has(queue));
  });

  test('hear when their time is over, and nothing after an answer', () => {
    const { clock, desk, answers, wait } = open();
    const queue = sessionQueue();
    wait(queue, 'late', 50);
    wait(queue, 'served', 200);
    clock.advance(49);
    assert.deepEqual(answers, []);
    clock.advance(1);
    assert.deepEqual(answers, ['late: timed-out']);
    put(queue, 'a');
    desk.touch(queue);
    desk.pump(clock.nowMs());
    clock.advance(1_000);
    assert.deepEqual(answers, ['late: timed-out', 'served: a']);
  });

  test('may withdraw', () => {
    const { clock, desk, answers, wait } = open();
    const queue = sessionQueue();
    put(queue, 'a');
    wait(queue, 'gone')();
    assert.ok(!desk.has(queue));
    wait(queue, 'stays');
    desk.pump(1_000);
    clock.advance(1_000);
    assert.deepEqual(answers, ['stays: a']);
  });

  test('of one queue do not wait for those of another', () => {
    const { desk, answers, wait } = open();
    const [empty, full] = [sessionQueue(), sessionQueue()];
    put(full, 'a');
    wait(empty, 'one');
    wait(full, 'two');
    desk.touch(sessionQueue());
    desk.pump(1_000);
    assert.deepEqual(answers, ['two: a']);
    assert.deepEqual([desk.has(empty), desk.has(full)], [true, false]);
  });
});
