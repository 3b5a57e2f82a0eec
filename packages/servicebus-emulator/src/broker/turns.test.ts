import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokerError } from '../core/broker-error.ts';
import { Turns } from './turns.ts';

function create(commit: () => void = () => undefined) {
  const steps: string[] = [];
  const turns = new Turns({
    commit() {
      steps.push('commit');
      commit();
    },
    recover: () => steps.push('recover'),
    advance: () => steps.push('advance'),
  });
  return { turns, steps };
}

test('answers leave after the commit, and what is ready goes out after them', () => {
  const { turns, steps } = create();
  turns.whenDurable(() => steps.push('first'));
  turns.whenDurable(() => steps.push('second'));
  assert.deepEqual(steps, []);
  turns.flush();
  assert.deepEqual(steps, ['commit', 'first', 'second', 'advance']);
});

test('an answer that is asked for while answering waits for its own commit', () => {
  const { turns, steps } = create();
  turns.whenDurable(() => turns.whenDurable(() => steps.push('later')));
  turns.flush();
  assert.deepEqual(steps, ['commit', 'advance']);
  turns.flush();
  assert.deepEqual(steps.slice(2), ['commit', 'later', 'advance']);
});

test('a commit that fails is recovered from before anyone hears of it', () => {
  const failure = new BrokerError('storage-failed', 'full');
  const { turns, steps } = create(() => {
    throw failure;
  });
  turns.whenDurable((heard) => steps.push(String(heard?.code)));
  turns.flush();
  assert.deepEqual(steps, ['commit', 'recover', 'storage-failed', 'advance']);
});

test('a turn comes by itself, once', async () => {
  const { turns, steps } = create();
  const { promise, resolve } = Promise.withResolvers<void>();
  turns.request();
  turns.whenDurable(() => resolve());
  await promise;
  assert.deepEqual(steps, ['commit', 'advance']);
});
