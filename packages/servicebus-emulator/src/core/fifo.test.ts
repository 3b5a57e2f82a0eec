import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Fifo } from './fifo.ts';

test('what has been taken is not kept until the list is cut', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const fifo = new Fifo<object>();
  for (let n = 0; n < 10; n++) fifo.push({ n });
  const taken = new WeakRef(fifo.shift() as object);
  // Neither is what a weak reference was made of, until the turn ends.
  await nextTurn();
  collectGarbage();
  assert.equal(taken.deref(), undefined);
  assert.deepEqual([fifo.size, fifo.peek(), fifo.last()], [9, { n: 1 }, { n: 9 }]);
});
