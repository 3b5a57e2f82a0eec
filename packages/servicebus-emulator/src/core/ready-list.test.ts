import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from './message.ts';
import { ReadyList } from './ready-list.ts';

const message = (sequenceNumber: number) => ({ sequenceNumber, removed: false }) as Message;

/** Deterministic: the sequence repeats for one seed. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield (state >>> 8) / 2 ** 24;
  }
}

test('always gives the lowest number, whatever was taken, given back or removed', () => {
  const list = new ReadyList(() => true);
  const model = new Map<number, Message>();
  const taken: Message[] = [];
  const random = numbers(42);
  for (let step = 1; step <= 3_000; step++) {
    const choice = random.next().value;
    if (choice < 0.4) {
      const added = message(step);
      model.set(step, added);
      list.append(added);
    } else if (choice < 0.75) {
      const expected = Math.min(...model.keys());
      const next = list.take();
      assert.equal(next?.sequenceNumber, model.size === 0 ? undefined : expected);
      if (next !== undefined) taken.push(next);
      model.delete(expected);
    } else if (choice < 0.95) {
      const [back] = taken.splice(Math.floor(random.next().value * taken.length), 1);
      if (back === undefined) continue;
      model.set(back.sequenceNumber, back);
      list.giveBack(back);
    } else {
      const [victim] = model.values();
      if (victim === undefined) continue;
      victim.removed = true;
      model.delete(victim.sequenceNumber);
    }
  }
  assert.ok(taken.length > 20);
});
