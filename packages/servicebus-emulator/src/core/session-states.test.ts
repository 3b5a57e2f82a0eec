import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueue, RecordingJournal } from '../../test/support/samples.ts';
import { stateOverheadBytes } from './journal.ts';
import { SessionStates } from './session-states.ts';

const state = (bytes: number) => Buffer.alloc(bytes);

test('states count with their bytes and what each costs besides', () => {
  const journal = new RecordingJournal();
  const states = new SessionStates(7, journal);
  states.load(1_000);
  states.write('a', state(10), undefined, 0);
  assert.equal(states.bytes, 1_000 + 10 + stateOverheadBytes);
  states.write('a', state(4), state(10), 0);
  assert.equal(states.bytes, 1_000 + 4 + stateOverheadBytes);
  states.write('a', undefined, state(4), 0);
  assert.equal(states.bytes, 1_000);
  assert.deepEqual(journal.take(), ['state 7/a', 'state 7/a', 'state 7/a']);
});

test('only what becomes more is growth', () => {
  const states = new SessionStates(7, new RecordingJournal());
  assert.equal(states.growth(state(10), undefined), 10 + stateOverheadBytes);
  assert.equal(states.growth(state(10), state(4)), 6);
  assert.equal(states.growth(state(4), state(10)), 0);
  assert.equal(states.growth(undefined, state(10)), 0);
  assert.equal(states.growth(undefined, undefined), 0);
});

test('a queue that is full takes no more of a state, but less', () => {
  const { queue } = createQueue({ requiresSession: true, bytesMax: 100 + stateOverheadBytes });
  queue.writeSessionState('a', state(100), undefined, 0);
  assert.throws(() => queue.writeSessionState('a', state(101), state(100), 0), { code: 'quota-exceeded' });
  assert.throws(() => queue.writeSessionState('b', state(0), undefined, 0), { code: 'quota-exceeded' });
  queue.writeSessionState('a', state(100), state(100), 0);
  queue.writeSessionState('a', undefined, state(100), 0);
  assert.equal(queue.bytes, 0);
  queue.writeSessionState('b', state(100), undefined, 0);
});
