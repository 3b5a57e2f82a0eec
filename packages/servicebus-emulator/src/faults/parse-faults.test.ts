import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultPlanError, parseFaults } from './parse-faults.ts';

function problemsOf(value: unknown): readonly string[] {
  try {
    parseFaults(value);
    return [];
  } catch (error) {
    assert.ok(error instanceof FaultPlanError);
    return error.problems;
  }
}

test('reads a plan as it is given', () => {
  const plan = [
    { kind: 'hang', entity: 'orders', durationMs: 500 },
    { kind: 'slow', entity: '*', delayMs: 20, probability: 0.5, seed: 7 },
    { kind: 'disk-full', entity: '*', count: 2 },
  ];
  assert.deepEqual(parseFaults(plan), plan);
  assert.deepEqual(parseFaults([]), []);
});

test('names every problem at once', () => {
  assert.deepEqual(
    problemsOf([
      { kind: 'explode', entity: '' },
      { kind: 'hang', entity: 'q', count: 0, probability: 2, durationMs: 1.5, depth: 1 },
    ]),
    [
      'faults[0].kind: expected one of deliver-twice, lose-settlement, expire-lock, cut-link-silently, refuse-sends, hang, slow, disk-full',
      'faults[0].entity: expected a name, or * for all',
      'faults[1].depth: unknown; known are kind, entity, count, probability, seed, durationMs, delayMs',
      'faults[1].count: expected a whole number from 1 to 1000000000',
      'faults[1].probability: expected a number from 0 to 1',
      'faults[1].durationMs: expected a whole number from 1 to 86400000',
    ],
  );
});

test('numbers may be as small and as great as their bounds', () => {
  const least = { kind: 'slow', entity: 'q', count: 1, probability: 0, seed: 0, durationMs: 1, delayMs: 0 };
  const most = { ...least, count: 1e9, probability: 1, seed: 2 ** 32 - 1, durationMs: 86_400_000, delayMs: 86_400_000 };
  assert.deepEqual(parseFaults([least, most]), [least, most]);
  const outside = { count: [0, 1e9 + 1], probability: [-0.1, 1.1], seed: [-1, 2 ** 32], durationMs: [0, 86_400_001] };
  for (const [name, values] of Object.entries({ ...outside, delayMs: [-1, 86_400_001] }))
    for (const value of values) assert.match(problemsOf([{ ...least, [name]: value }])[0] ?? '', /from .* to /, name);
  assert.equal(problemsOf([{ ...least, probability: 'x' }]).length, 1);
  assert.deepEqual(problemsOf([{ kind: 'expire-lock', entity: 'q', delayMs: 5 }]), []);
});

test('what has to be there is missed', () => {
  assert.deepEqual(problemsOf([{}]).length, 2);
  assert.deepEqual(problemsOf(Array.from({ length: 100 }, () => ({ kind: 'hang', entity: 'q' }))), []);
});

test('refuses what makes no sense together', () => {
  assert.deepEqual(
    problemsOf([
      { kind: 'slow', entity: 'q' },
      { kind: 'hang', entity: 'q', delayMs: 1 },
      { kind: 'disk-full', entity: 'q' },
      { kind: 'hang', entity: 'q', seed: 3 },
    ]),
    [
      'faults[0]: slow needs delayMs',
      'faults[1]: hang has no delayMs',
      'faults[2]: disk-full can only be for *: all entities share one file',
      'faults[3]: a seed is of no use without probability',
    ],
  );
});

test('refuses what is no list, and lists without end', () => {
  assert.deepEqual(problemsOf({ kind: 'hang' }), ['faults: expected a list']);
  assert.match(problemsOf(Array.from({ length: 101 }, () => null))[0] ?? '', /at most 100, got 101/);
  assert.deepEqual(problemsOf([null]).slice(0, 1), ['faults[0]: expected an object']);
});
