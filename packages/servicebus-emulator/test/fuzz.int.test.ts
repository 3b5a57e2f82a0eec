import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzBroker } from './support/fuzz-broker.ts';

test('mutilated frames cost their sender the connection, and nobody else anything', async (t) => {
  const { faults, heapMb, handles } = await fuzzBroker(1, 3_000);
  t.diagnostic(
    `${faults} connections lost, heap ${heapMb.map(Math.round).join(' → ')} MB, handles ${handles.join(' → ')}`,
  );
  assert.ok(faults > 500, `only ${faults} were noticed`);
  assert.ok(heapMb[1] - heapMb[0] < 20, `the heap grew from ${heapMb[0]} to ${heapMb[1]} MB`);
  assert.ok(handles[1] <= handles[0] + 5, `handles grew from ${handles[0]} to ${handles[1]}`);
});
