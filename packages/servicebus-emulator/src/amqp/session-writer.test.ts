import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { arrival, createQueue } from '../../test/support/samples.ts';
import type { InnerSender, InnerSession } from './rhea-internals.ts';
import { SessionWriter } from './session-writer.ts';

const unsettledMax = 5;

function open() {
  const written: { readonly frame: Record<string, unknown>; readonly payload: string | undefined }[] = [];
  const session = {
    outgoing: {
      next_delivery_id: 10,
      next_pending_delivery: 10,
      next_transfer_id: 20,
      window: 100,
      transfer_window: () => session.outgoing.window,
    },
    incoming: { next_transfer_id: 7, window: 50, max_transfer_id: 0 },
    connection: { max_frame_size: 0, socket: { writableLength: 0 } },
    output: (frame: Record<string, unknown>, payload?: Buffer) => written.push({ frame, payload: payload?.toString() }),
  };
  const writer = new SessionWriter(session as unknown as InnerSession, unsettledMax);
  const sender = { local: { handle: 3 }, credit: 4, delivery_count: 30, _draining: true } as unknown as InnerSender;
  return { session, writer, sender, written };
}

suite('there is room for one more delivery', () => {
  test('while the client reads', () => {
    const { session, writer } = open();
    assert.ok(writer.hasRoom);
    session.connection.socket.writableLength = 4 * 1024 * 1024 - 1;
    assert.ok(writer.hasRoom);
    session.connection.socket.writableLength++;
    assert.ok(!writer.hasRoom);
  });

  test('while its window is open for a whole message', () => {
    const { session, writer } = open();
    session.outgoing.window = 9;
    assert.ok(writer.hasRoom);
    session.outgoing.window = 8;
    assert.ok(!writer.hasRoom);
  });

  test('while it settles, or lets locks run out', () => {
    const { writer } = open();
    const { queue } = createQueue({ lockDurationMs: 100 });
    for (let id = 0; id < unsettledMax; id++) {
      queue.accept(arrival(), 0);
      const token = queue.lockNext(id === 0 ? 0 : 50)?.lock?.token;
      assert.ok(token !== undefined);
      writer.unsettled.set(id, { queue, token });
    }
    assert.ok(!writer.hasRoom);
    queue.sweep(100, 10);
    assert.ok(writer.hasRoom);
    assert.deepEqual([...writer.unsettled.keys()], [1, 2, 3, 4]);
  });
});

test('a peer settles what it was given, and no more at once than can be open', () => {
  const { writer } = open();
  for (const [first, last] of [
    [0, 0],
    [9, 9],
    [5, 9],
    [0, 4],
  ] as const)
    writer.assertKnown(first, last);
  for (const [first, last] of [
    [-1, 0],
    [9, 10],
    [10, 10],
    [0, 5],
    [0, 4_000_000_000],
  ] as const)
    assert.throws(() => writer.assertKnown(first, last), RangeError, `${first} to ${last}`);
});

test('a message goes out in frames of the size that the peer takes, and is counted once', () => {
  const { session, writer, sender, written } = open();
  session.connection.max_frame_size = 64 + 4;
  assert.equal(writer.transfer(sender, Buffer.from('tag'), Buffer.from('abcdefghij'), false), 10);
  assert.deepEqual(
    written.map(({ frame, payload }) => [frame.delivery_id, frame.handle, frame.more, frame.settled, payload]),
    [
      [10, 3, true, false, 'abcd'],
      [10, 3, true, false, 'efgh'],
      [10, 3, false, false, 'ij'],
    ],
  );
  const { next_delivery_id, next_pending_delivery, next_transfer_id, window } = session.outgoing;
  assert.deepEqual([next_delivery_id, next_pending_delivery, next_transfer_id, window], [11, 11, 23, 97]);
  assert.deepEqual([sender.credit, sender.delivery_count], [3, 31]);
  session.connection.max_frame_size = 0;
  writer.transfer(sender, Buffer.from('tag'), Buffer.from('abcdefghij'), true);
  assert.deepEqual([written.length, written[3]?.frame.more, written[3]?.frame.settled], [4, false, true]);
});

test('credit that cannot be used goes back whole', () => {
  const { session, writer, sender, written } = open();
  writer.drained(sender);
  assert.deepEqual([sender.credit, sender.delivery_count, sender._draining], [0, 34, false]);
  assert.equal(session.incoming.max_transfer_id, 57);
  const { frame } = written[0] ?? assert.fail('nothing was written');
  assert.deepEqual(
    [frame.next_incoming_id, frame.incoming_window, frame.next_outgoing_id, frame.outgoing_window],
    [7, 50, 20, 100],
  );
  assert.deepEqual([frame.handle, frame.delivery_count, frame.link_credit, frame.drain], [3, 34, 0, true]);
});
