import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@dronedelivery/testing';
import { TransientError, type TransientErrorExtra, type TransientKind, tokenEndpoint } from '../transient-error.ts';
import { createResilience, type ResilienceOptions } from './resilience.ts';

/** A breaker that never opens, so that it is not in the way. */
const unbroken = { breakerCallsPerSecondMin: 1_000_000 };

/** The pauses between the attempts of one call that fails each time. */
async function pausesOf(options: ResilienceOptions, random: number, extra: TransientErrorExtra = {}) {
  const clock = new FakeClock();
  const attemptsMs: number[] = [];
  const resilience = createResilience({ ...unbroken, ...options }, clock, () => random);
  const call = resilience.run('t', true, async () => {
    attemptsMs.push(clock.now());
    throw new TransientError('server-error', 'no', extra);
  });
  const failed = assert.rejects(call, TransientError);
  await clock.advance(60_000);
  await failed;
  return attemptsMs.slice(1).map((ms, index) => ms - (attemptsMs[index] ?? 0));
}

test('each pause is twice the one before, within a bound, and of a random half of it', async () => {
  const options = { attemptsMax: 6, retryPauseMs: 100, retryPauseMsMax: 1000 };
  assert.deepEqual(await pausesOf(options, 1), [100, 200, 400, 800, 1000]);
  assert.deepEqual(await pausesOf(options, 0), [50, 100, 200, 400, 500]);
});

test('whoever asks for more time gets it, up to the longest pause, and is left alone beyond', async () => {
  const options = { attemptsMax: 3, retryPauseMs: 100, retryPauseMsMax: 1000 };
  assert.deepEqual(await pausesOf(options, 1, { retryAfterMs: 700 }), [700, 700]);
  assert.deepEqual(await pausesOf(options, 1, { retryAfterMs: 150 }), [150, 200]);
  assert.deepEqual(await pausesOf(options, 1, { retryAfterMs: 1001 }), []);
});

test('a caller that gives up in a pause hears of it at once, and nothing more is sent', async () => {
  const clock = new FakeClock();
  let attempts = 0;
  const resilience = createResilience(unbroken, clock, () => 1);
  const abort = new AbortController();
  const failing = async () => {
    attempts++;
    throw new TransientError('timeout', 'no');
  };
  const call = resilience.run('t', true, failing, abort.signal);
  const refused = assert.rejects(call, /no longer wanted/);
  await clock.advance(10);
  abort.abort(new Error('no longer wanted'));
  await refused;
  assert.deepEqual([attempts, clock.pendingTimers], [1, 0]);
});

test('only faults of the service itself open the breaker', async () => {
  const stateAfter = async (kind: TransientKind, target: string) => {
    const options = { attemptsMax: 1, breakerCallsPerSecondMin: 0, breakerWindowMs: 1000 };
    const resilience = createResilience(options, new FakeClock(), () => 1);
    for (let call = 0; call < 50; call++) {
      await resilience.run('t', true, () => Promise.reject(new TransientError(kind, 'no', { target }))).catch(() => {});
    }
    return resilience.state;
  };
  for (const kind of ['timeout', 'connection', 'server-error', 'bad-answer'] as const) {
    assert.equal(await stateAfter(kind, 't'), 'open', kind);
    assert.equal(await stateAfter(kind, tokenEndpoint), 'closed', `${kind} of the token endpoint`);
  }
  assert.equal(await stateAfter('too-many-requests', 't'), 'closed');
});
