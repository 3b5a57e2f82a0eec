import assert from 'node:assert/strict';
import { copyFileSync, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { bytesOf } from '../src/core/message.ts';
import { ReserveFile } from '../src/storage/reserve.ts';
import { SqliteStore } from '../src/storage/sqlite-store.ts';
import { ManualClock } from './support/manual-clock.ts';
import { content, message } from './support/samples.ts';
import { SmallDisk } from './support/small-disk.ts';
import { createFastFolder } from './support/temporary-folder.ts';

const megabyte = 1024 * 1024;
const diskBytes = 32 * megabyte;
const turnMessages = 10;
const body = content({ subject: 'x'.repeat(8_000) });
/** Longer than it takes to look for room again. */
const whileMs = 60_000;

function open(file: string) {
  const disk = new SmallDisk(file, diskBytes);
  const clock = new ManualClock(0);
  const told: (string | undefined)[] = [];
  const store = new SqliteStore(file, {
    beforeCommit: () => disk.assertFits(),
    openReserve: () => disk.openReserve(),
    nowMs: () => clock.nowMs(),
    onRoom: (reason) => told.push(reason),
  });
  const { id, messages } = store.readRecord('q');
  const held = [...messages].map(({ sequenceNumber }) => sequenceNumber);
  let last = held.at(-1) ?? 0;

  function send(): boolean {
    const numbers = Array.from({ length: turnMessages }, () => ++last);
    try {
      store.room.assertFor(turnMessages * bytesOf(body));
      for (const sequenceNumber of numbers) store.insert(id, message({ sequenceNumber }), body);
      store.commit();
    } catch (error) {
      assert.equal((error as { readonly code?: string }).code, 'storage-failed');
      return false;
    }
    held.push(...numbers);
    return true;
  }

  /** Sends until it is refused, even when asked again. */
  function fill(): void {
    for (let refused = 0; refused < 3; refused = send() ? 0 : refused + 1);
  }

  function complete(count: number): void {
    for (let left = count; left > 0; left -= turnMessages) {
      for (const sequenceNumber of held.splice(0, turnMessages)) store.remove(id, sequenceNumber);
      store.commit();
    }
  }

  return { store, disk, clock, told, held, send, fill, complete };
}

test('on a full disk messages can be completed, and then others be sent', async () => {
  await using folder = await createFastFolder();
  const { store, clock, told, held, send, fill, complete } = open(path.join(folder.path, 'broker.db'));
  for (let round = 0; round < 2; round++) {
    fill();
    assert.ok(held.length * bytesOf(body) > diskBytes / 2, `only ${held.length} messages fit`);
    assert.equal(store.room.isFull, true);
    complete(held.length - 100);
    clock.advance(whileMs);
    assert.equal(send(), true);
    assert.equal(store.room.isFull, false);
  }
  assert.deepEqual(
    told.map((reason) => reason ?? 'room'),
    told.map((_, index) => (index % 2 === 0 ? 'the disk is full' : 'room')),
  );
  store.close();
});

test('a disk that is full for others is full until they make room', async () => {
  await using folder = await createFastFolder();
  const file = path.join(folder.path, 'broker.db');
  const { store, disk, clock, send } = open(file);
  disk.othersBytes = diskBytes;
  assert.equal(send(), false);
  clock.advance(whileMs);
  assert.equal(send(), false);
  disk.othersBytes = 0;
  assert.equal(send(), false, 'it does not look all the time');
  clock.advance(whileMs);
  assert.equal(send(), true);
  store.close();
});

test('killed on a full disk it comes back with everything', async () => {
  await using folder = await createFastFolder();
  const [file, copy] = [path.join(folder.path, 'a.db'), path.join(folder.path, 'b.db')];
  const killed = open(file);
  killed.fill();
  killed.complete(50);
  for (const suffix of ['', '-wal']) copyFileSync(file + suffix, copy + suffix);
  const next = open(copy);
  assert.deepEqual(next.held, killed.held);
  next.complete(next.held.length);
  next.clock.advance(whileMs);
  assert.equal(next.send(), true);
  for (const { store } of [killed, next]) store.close();
});

test('the log is long only where there is plenty of room', async () => {
  await using folder = await createFastFolder();
  const { store, disk, clock, send, fill, complete, held } = open(path.join(folder.path, 'broker.db'));
  const longestLog = () => {
    let longest = 0;
    for (let turn = 0; turn < 400; turn++) {
      send();
      complete(turnMessages);
      longest = Math.max(longest, disk.logBytes);
    }
    return longest;
  };
  assert.ok(longestLog() > 4 * megabyte);
  fill();
  complete(held.length);
  clock.advance(whileMs);
  assert.ok(longestLog() < 2 * megabyte);
  disk.othersBytes = -diskBytes;
  clock.advance(whileMs);
  assert.ok(longestLog() > 4 * megabyte);
  store.close();
});

test('a reserve is as large as it was asked to be, and gone when it is released', async () => {
  await using folder = await createFastFolder();
  const file = path.join(folder.path, 'broker.db');
  const reserve = new ReserveFile(file);
  for (const bytes of [1_500_000, 3_000_000, 10]) {
    reserve.hold(bytes);
    assert.equal(reserve.bytes, bytes);
    assert.equal(statSync(`${file}-reserve`).size, bytes);
  }
  assert.ok(reserve.roomBytes > 0);
  reserve.release();
  assert.equal(existsSync(`${file}-reserve`), false);
});
