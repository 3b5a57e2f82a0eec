import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { BrokerError } from '../core/broker-error.ts';
import { type TurnEnd, Turns } from './turns.ts';

const failure = new BrokerError('storage-failed', 'full');

function create({ isWritten = true } = {}) {
  const steps: string[] = [];
  const syncs: TurnEnd[] = [];
  const disk = { refuses: false };
  const touch = (step: string) => {
    steps.push(step);
    if (disk.refuses) throw failure;
  };
  const turns = new Turns({
    commit() {
      touch('commit');
      return isWritten;
    },
    sync(end) {
      steps.push('sync');
      syncs.push(end);
    },
    syncNow: () => touch('sync now'),
    recover: () => steps.push('recover'),
    advance: () => steps.push('advance'),
  });
  const hear = (name: string) => turns.whenDurable((heard) => steps.push(heard === undefined ? name : heard.code));
  /** Ends the sync that runs, and tells what has happened since. */
  const endSync = (outcome?: BrokerError) => {
    steps.length = 0;
    syncs.shift()?.(outcome);
    return steps;
  };
  return { turns, steps, disk, hear, endSync };
}

suite('a turn', () => {
  test('answers after its sync; what is ready is handed out meanwhile', () => {
    const { turns, steps, hear, endSync } = create();
    hear('first');
    hear('second');
    assert.deepEqual(steps, []);
    turns.flush();
    assert.deepEqual(steps, ['commit', 'sync', 'advance']);
    assert.deepEqual(endSync().slice(0, 2), ['first', 'second']);
  });

  test('without changes answers at once', () => {
    const { turns, steps, hear } = create({ isWritten: false });
    hear('answer');
    turns.flush();
    assert.deepEqual(steps, ['commit', 'answer', 'advance']);
  });

  test('stays open while the disk is busy, hands out, and ends as soon as the disk is free', () => {
    const { turns, steps, hear, endSync } = create();
    turns.flush();
    hear('later');
    turns.flush();
    turns.flush();
    assert.deepEqual(steps, ['commit', 'sync', 'advance', 'advance', 'advance']);
    assert.deepEqual(endSync(), ['commit', 'sync', 'advance']);
    assert.equal(endSync()[0], 'later');
  });

  test('that is asked for while answering waits for its own commit', () => {
    const { turns, steps, hear } = create({ isWritten: false });
    turns.whenDurable(() => hear('later'));
    turns.flush();
    assert.deepEqual(steps, ['commit', 'advance']);
    turns.flush();
    assert.deepEqual(steps.slice(2), ['commit', 'later', 'advance']);
  });

  test('that cannot be committed is recovered from before anyone hears of it', () => {
    const { turns, steps, disk, hear } = create();
    disk.refuses = true;
    hear('answer');
    turns.flush();
    assert.deepEqual(steps, ['commit', 'recover', 'storage-failed', 'advance']);
  });

  test('that cannot be synced fails', () => {
    const { turns, hear, endSync } = create();
    hear('answer');
    turns.flush();
    assert.equal(endSync(failure)[0], 'storage-failed');
  });

  test('comes by itself, once', async () => {
    const { turns, steps } = create({ isWritten: false });
    const { promise, resolve } = Promise.withResolvers<void>();
    turns.request();
    turns.whenDurable(() => resolve());
    await promise;
    assert.deepEqual(steps, ['commit', 'advance']);
  });
});

suite('who cannot wait', () => {
  test('has all answered, in order, and each once', () => {
    const { turns, steps, hear, endSync } = create();
    hear('on its way');
    turns.flush();
    hear('in hand');
    steps.length = 0;
    turns.settle();
    assert.deepEqual(steps, ['sync now', 'on its way', 'commit', 'sync now', 'in hand']);
    assert.deepEqual(endSync(), ['commit', 'sync', 'advance']);
  });

  test('hears that the disk refuses', () => {
    const { turns, steps, disk, hear } = create();
    hear('on its way');
    turns.flush();
    steps.length = 0;
    disk.refuses = true;
    hear('in hand');
    turns.settle();
    assert.deepEqual(steps, ['sync now', 'storage-failed', 'commit', 'recover', 'storage-failed']);
  });

  test('has nothing handed out at the end', () => {
    const { turns, steps, hear, endSync } = create();
    hear('answer');
    turns.flush();
    steps.length = 0;
    turns.close();
    assert.deepEqual(steps, ['sync now', 'answer', 'commit', 'sync now']);
    assert.deepEqual(endSync(), []);
  });
});
