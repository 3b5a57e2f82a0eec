import assert from 'node:assert/strict';
import test from 'node:test';
import { decidePatch, decidePut, type PackageState, type PutCommand } from './package.ts';

const key = { businessId: 'shop', id: 'package-1' };
const content = { size: 'Small', weightKg: 2, tag: 'books', ownerId: 'owner-1' } as const;

function put(changes: Partial<PutCommand> = {}, state?: PackageState, nowMs = 1000) {
  return decidePut({ key, content, isForDelivery: false, ...changes }, state, nowMs);
}

function saved(decision: ReturnType<typeof put>): PackageState {
  assert.equal(decision.kind, 'saved');
  return decision.state;
}

test('a package is created, then replaced, keeping its age and its owner', () => {
  const first = put();
  assert.equal(first.kind === 'saved' && first.isNew, true);
  const second = put({ content: { ...content, weightKg: 3, tag: null, ownerId: undefined } }, saved(first), 2000);
  assert.equal(second.kind === 'saved' && second.isNew, false);
  const { weightKg, tag, ownerId, createdAtMs, updatedAtMs } = saved(second);
  assert.deepEqual({ weightKg, tag, ownerId }, { weightKg: 3, tag: null, ownerId: 'owner-1' });
  assert.deepEqual({ createdAtMs, updatedAtMs }, { createdAtMs: 1000, updatedAtMs: 2000 });
});

test('a delivery fixes size and weight: the same are fine, others are refused', () => {
  const fixed = saved(put({ isForDelivery: true }));
  assert.equal(fixed.isFixed, true);
  assert.equal(saved(put({}, fixed)).isFixed, true);
  for (const other of [{ weightKg: 2.5 }, { size: 'Large' as const }]) {
    assert.deepEqual(put({ content: { ...content, ...other } }, fixed), { kind: 'refused', code: 'package-fixed' });
    assert.deepEqual(decidePatch(other, fixed, 1), { kind: 'refused', code: 'package-fixed' });
  }
  assert.equal(saved(decidePatch({ size: 'Small', weightKg: 2, tag: 'toys' }, fixed, 1)).tag, 'toys');
});

test('what is not there cannot be changed', () => {
  assert.deepEqual(decidePatch({ tag: 'x' }, undefined, 1), { kind: 'refused', code: 'not-found' });
});
