import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confirm } from './confirm.ts';
import type { Snapshot } from './snapshot.ts';
import { defaultLimits } from './violation.ts';

const empty: Snapshot = {
  takenAtMs: 0,
  deliveries: [],
  details: [],
  missions: [],
  drones: [],
  models: [],
  deadLetters: [],
  requestsWaiting: 0,
  accepted: [],
  tenant: { businessId: 'demo', deliveries: [], probes: [] },
};

/** Looks at one snapshot after the other, the last one again and again. */
async function look(first: Snapshot, ...later: Snapshot[]) {
  let nowMs = 0;
  const violations = await confirm(first, defaultLimits, {
    collect: async () => (later.length > 1 ? later.shift() : later[0]) ?? first,
    now: () => nowMs,
    wait: async (ms) => {
      nowMs += ms;
    },
  });
  return { ids: violations.flatMap(({ ids }) => ids), tookMs: nowMs };
}

test('what is gone at a later look is no violation', async () => {
  assert.deepEqual((await look({ ...empty, accepted: ['a'] }, empty)).ids, []);
});

test('what persists is one', async () => {
  const { ids, tookMs } = await look({ ...empty, accepted: ['a'] });
  assert.deepEqual(ids, ['a']);
  assert.equal(tookMs, 6_000);
});

test('two suspicions that follow each other are none', async () => {
  const { ids } = await look({ ...empty, accepted: ['a'] }, { ...empty, accepted: ['b'] });
  assert.deepEqual(ids, []);
});

test('what the queue may still hold is waited for, but not for ever', async () => {
  const queued = { ...empty, accepted: ['a'], requestsWaiting: 1 };
  assert.deepEqual(await look(queued), { ids: ['a'], tookMs: 60_000 });
  assert.deepEqual((await look(queued, queued, queued, queued, queued, queued, empty)).ids, []);
});

test('a healthy system is looked at once', async () => {
  assert.deepEqual(await look(empty), { ids: [], tookMs: 0 });
});
