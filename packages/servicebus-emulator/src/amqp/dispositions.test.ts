import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { accepted, Dispositions } from './dispositions.ts';
import type { InnerSession } from './rhea-internals.ts';

interface Written {
  readonly role: boolean;
  readonly first: number;
  readonly last: number;
}

function openSession(output: (frame: Written) => void) {
  const connection = new EventEmitter();
  const session = { connection, isOpen: true, output, is_open: () => session.isOpen };
  return { session, connection, inner: session as unknown as InnerSession };
}

const nextTick = () => new Promise<void>((resolve) => process.nextTick(resolve));
const other = { descriptor: { value: 0x26 } };

test('neighbours that are accepted share a frame, whatever the order in which they came', async () => {
  const written: unknown[] = [];
  const { inner } = openSession(({ role, first, last }) => written.push([role, first, last]));
  const answers = new Dispositions(inner, 'receiver');
  for (const id of [2, 1, 7, 3, 6]) answers.add(id, accepted);
  answers.add(4, other);
  answers.add(5, other);
  await nextTick();
  assert.deepEqual(written, [
    [true, 1, 3],
    [true, 4, 4],
    [true, 5, 5],
    [true, 6, 7],
  ]);
  for (const id of [12, 9]) answers.add(id, accepted);
  await nextTick();
  assert.deepEqual(written.slice(4), [
    [true, 9, 9],
    [true, 12, 12],
  ]);
});

test('a session that is closed is told nothing', async () => {
  const { inner, session } = openSession(() => assert.fail('it was written to'));
  new Dispositions(inner, 'sender').add(1, accepted);
  session.isOpen = false;
  await nextTick();
});

test('an answer that cannot be written is the fault of its connection alone', async () => {
  const fault = new Error('not to be encoded');
  const { inner, connection } = openSession(() => {
    throw fault;
  });
  const told = once(connection, 'error');
  new Dispositions(inner, 'sender').add(1, other);
  assert.deepEqual(await told, [fault]);
});
