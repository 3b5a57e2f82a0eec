import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NoRoom } from './damage.ts';
import { Room } from './room.ts';

const megabyte = 1024 * 1024;
const aWhileMs = 2_000;

function create({ roomBytes = 100 * megabyte, bytesMax = Number.POSITIVE_INFINITY } = {}) {
  const steps: string[] = [];
  const disk = { roomBytes, nowMs: 1_000_000, holds: 0 };
  const reserve = {
    bytes: 0,
    get roomBytes() {
      return disk.roomBytes;
    },
    hold(bytes: number) {
      disk.holds++;
      if (bytes - this.bytes > disk.roomBytes) throw new NoRoom();
      disk.roomBytes -= bytes - this.bytes;
      this.bytes = bytes;
    },
    release() {
      this.hold(0);
    },
  };
  const pages = {
    bytes: megabyte,
    freeBytes: 0,
    fileBytes: megabyte,
    logBytes: 0,
    logBytesMax: 16 * megabyte,
    tighten: () => steps.push('tighten'),
    relax: () => steps.push('relax'),
  };
  const onRoom = (reason: string | undefined) => steps.push(reason ?? 'room');
  const room = new Room({ reserve, pages, bytesMax, nowMs: () => disk.nowMs, onRoom });
  const refuses = () => {
    try {
      room.assertFor(1);
      return false;
    } catch {
      return true;
    }
  };
  return { room, disk, reserve, pages, steps, refuses };
}

test('what the log will owe the file is held back, in large steps', () => {
  const { room, disk, reserve, pages } = create();
  assert.equal(reserve.bytes, 4 * megabyte);
  pages.bytes += 3 * megabyte;
  room.cover();
  assert.equal(reserve.bytes, 8 * megabyte);
  const { holds } = disk;
  pages.bytes += megabyte;
  room.cover();
  assert.equal(disk.holds, holds);
  pages.bytes += 1;
  room.cover();
  assert.equal(reserve.bytes, 12 * megabyte);
});

test('what has been written back is owed no more', () => {
  const { room, reserve, pages } = create();
  pages.bytes = pages.fileBytes = 50 * megabyte;
  room.cover();
  assert.equal(reserve.bytes, 4 * megabyte);
});

test('a turn that cannot be covered is not stored', () => {
  const { room, disk, pages } = create();
  disk.roomBytes = megabyte;
  pages.bytes += 1;
  assert.throws(() => room.cover(), NoRoom);
});

test('a disk that only the log has filled is not full', () => {
  const { room, steps, refuses } = create();
  room.onDiskFull();
  assert.deepEqual(steps, ['tighten']);
  assert.equal(refuses(), false);
});

test('whoever finds it full again has to wait, whatever there seems to be', () => {
  const { room, disk, steps, refuses } = create();
  room.onDiskFull();
  room.onDiskFull();
  assert.deepEqual(steps, ['tighten', 'tighten', 'the disk is full']);
  const { holds } = disk;
  assert.equal(refuses(), true);
  assert.equal(disk.holds, holds);
  disk.nowMs += aWhileMs;
  assert.equal(refuses(), false);
});

test('there is room again when more than the reserve can be had, on the disk or within the file', () => {
  for (const where of ['disk', 'file']) {
    const { room, disk, pages, reserve, steps, refuses } = create({ roomBytes: 5 * megabyte });
    room.onDiskFull();
    disk.nowMs += aWhileMs;
    assert.equal(refuses(), true);
    if (where === 'disk') disk.roomBytes = 8 * megabyte;
    else pages.freeBytes = 4 * megabyte;
    disk.nowMs += aWhileMs;
    assert.equal(refuses(), false);
    assert.equal(reserve.bytes, 4 * megabyte);
    room.measure();
    assert.equal(steps.at(-1), 'room');
  }
});

test('a clock that was set back does not keep it from looking', () => {
  const { room, disk, refuses } = create({ roomBytes: 0 });
  assert.equal(room.isFull, true);
  disk.roomBytes = 100 * megabyte;
  disk.nowMs -= 3_600_000;
  assert.equal(refuses(), false);
});

test('the log is kept short while it could fill the disk, its own size counted', () => {
  const { room, disk, pages, steps } = create({ roomBytes: 40 * megabyte });
  const look = () => {
    disk.nowMs += aWhileMs;
    room.measure();
    return steps.splice(0);
  };
  assert.deepEqual(look(), []);
  disk.roomBytes = 10 * megabyte;
  pages.logBytes = 16 * megabyte;
  assert.deepEqual(look(), []);
  pages.logBytes = 8 * megabyte;
  assert.deepEqual(look(), ['tighten']);
  disk.roomBytes = 20 * megabyte;
  pages.logBytes = 0;
  assert.deepEqual(look(), []);
  disk.roomBytes = 24 * megabyte;
  assert.deepEqual(look(), ['relax']);
});

test('below a bound of its own some is kept for settlements, and for a while after', () => {
  const { room, pages, steps } = create({ bytesMax: 10 * megabyte });
  pages.bytes = 9 * megabyte;
  room.measure();
  assert.throws(() => room.assertFor(1), { code: 'storage-failed' });
  pages.freeBytes = 0.5 * megabyte;
  room.measure();
  assert.equal(room.isFull, true);
  pages.freeBytes = megabyte;
  room.measure();
  assert.equal(room.isFull, false);
  room.assertFor(megabyte);
  assert.equal(steps.length, 2);
});
