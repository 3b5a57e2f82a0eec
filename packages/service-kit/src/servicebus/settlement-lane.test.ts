import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settlement } from './settlement.ts';
import { SettlementLane } from './settlement-lane.ts';

test('only completions share a turn, in the order in which they came', async () => {
  const lane = new SettlementLane();
  const turns: string[][] = [];
  let turn: string[] | undefined;
  const settle = (kind: Settlement['kind'], index: number) =>
    lane.through(kind, async () => {
      if (turn === undefined) {
        turn = [];
        turns.push(turn);
        // The library writes before the next turn.
        queueMicrotask(() => process.nextTick(() => (turn = undefined)));
      }
      turn.push(`${kind}${index}`);
    });
  const kinds = ['complete', 'complete', 'deadLetter', 'complete', 'defer', 'defer', 'abandon', 'complete'] as const;
  await Promise.all(kinds.map(settle));
  assert.deepEqual(turns, [
    ['complete0', 'complete1'],
    ['deadLetter2'],
    ['complete3'],
    ['defer4'],
    ['defer5'],
    ['abandon6'],
    ['complete7'],
  ]);
});

test('each caller gets its own result, and an idle lane goes on', async () => {
  const lane = new SettlementLane();
  const lost = lane.through('complete', () => Promise.reject(new Error('lock lost')));
  const kept = lane.through('defer', async () => undefined);
  await assert.rejects(lost, /lock lost/);
  await kept;
  await lane.through('complete', async () => undefined);
});
