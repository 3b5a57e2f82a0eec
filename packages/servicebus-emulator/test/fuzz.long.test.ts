import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzBroker } from './support/fuzz-broker.ts';

const seeds = [11, 12, 13, 14] as const;
const casesEach = 50_000;

for (const seed of seeds) {
  test(`${casesEach} mutilated conversations, seed ${seed}`, async (t) => {
    const { faults, heapMb, handles } = await fuzzBroker(seed, casesEach);
    t.diagnostic(`${faults} connections lost, heap ${heapMb.join(' → ')} MB, handles ${handles.join(' → ')}`);
    assert.ok(heapMb[1] - heapMb[0] < 30, `the heap grew from ${heapMb[0]} to ${heapMb[1]} MB`);
    assert.ok(handles[1] <= handles[0] + 5, `handles grew from ${handles[0]} to ${handles[1]}`);
  });
}
