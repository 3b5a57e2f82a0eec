import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NoRoom } from './damage.ts';
import { Room } from './room.ts';

const megabyte = 1024 * 1024;
const aWhileMs = 2_000;

function create({ roomBytes = 100 * megabyte, bytesMax = Number.POSITIVE_INFINITY, usedBytes = megabyte } = {}) {
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
    bytes: usedBytes,
    freeBytes: 0,
    fileBytes: usedBytes,
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
  const { room, reserve, pages, steps, refuses } = create();
  const { tighten } = pages;
  pages.tighten = () => {
    assert.equal(reserve.bytes, 0, 'the log needs what was held back for it');
    return tighten();
  };
  room.onDiskFull();
  assert.deepEqual(steps, ['tighten']);
  assert.equal(refuses(), false);
});

test('whoever finds it full again has to wait, whatever there seems to be', () => {
  const { room, disk, steps, refuses } = create();
  room.onDiskFull();
  room.onDiskFull();
  assert.deepEqual(steps, ['tighten', 'tighten', 'the disk is full']);
  assert.throws(() => room.assertFor(1), { message: 'There is no room for more messages: the disk is full.' });
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

test('a bound keeps a tenth for settlements, and 4 MB at most', () => {
  for (const [bytesMax, sendBytesMax] of [
    [10 * megabyte, 9 * megabyte],
    [40 * megabyte, 36 * megabyte],
    [100 * megabyte, 96 * megabyte],
  ] as const) {
    const { room, refuses, steps } = create({ bytesMax });
    room.assertFor(sendBytesMax - megabyte);
    assert.deepEqual([refuses(), room.isFull], [true, true]);
    assert.deepEqual(steps, [`it may not grow beyond ${bytesMax} bytes`]);
  }
});

test('what the sends of one turn will take counts before it is stored, and no longer than that', () => {
  const { room, pages, refuses } = create({ bytesMax: 10 * megabyte });
  for (let count = 0; count < 8; count++) room.assertFor(megabyte);
  assert.equal(refuses(), true);
  pages.bytes = 2 * megabyte;
  room.measure();
  assert.equal(refuses(), false);
});

test('what is there already counts from the start, but for pages that hold nothing', () => {
  const { room, pages, refuses } = create({ bytesMax: 10 * megabyte, usedBytes: 9 * megabyte });
  assert.equal(refuses(), true);
  pages.freeBytes = 5 * megabyte;
  room.measure();
  assert.equal(refuses(), false);
});

test('there is room again below nine tenths, and that is told once', () => {
  const { room, pages, steps, refuses } = create({ bytesMax: 10 * megabyte, usedBytes: 9 * megabyte });
  for (let count = 0; count < 3; count++) assert.equal(refuses(), true);
  pages.bytes = 0.9 * 9 * megabyte + 1;
  room.measure();
  assert.deepEqual([steps.length, room.isFull, refuses()], [1, true, false]);
  pages.bytes = Math.floor(0.9 * 9 * megabyte);
  room.measure();
  room.measure();
  assert.deepEqual([steps.slice(1), room.isFull], [['room'], false]);
});

test('while the disk is full nothing is held back, and no turn is refused for it', () => {
  const { room, disk, reserve, pages } = create();
  room.onDiskFull();
  room.onDiskFull();
  const { bytes } = reserve;
  pages.bytes += 50 * megabyte;
  disk.roomBytes = 0;
  room.cover();
  assert.equal(reserve.bytes, bytes);
});

test('closed, it gives up what it holds', () => {
  const { room, reserve } = create();
  room.close();
  assert.equal(reserve.bytes, 0);
});

test('in memory there is room up to the bound, and no disk to fill', () => {
  const steps: unknown[] = [];
  const { pages } = create();
  const bytesMax = 10 * megabyte;
  const room = new Room({
    reserve: undefined,
    pages,
    bytesMax,
    nowMs: () => 0,
    onRoom: (reason) => steps.push(reason),
  });
  room.onDiskFull();
  room.cover();
  assert.equal(room.isFull, false);
  room.assertFor(8 * megabyte);
  assert.throws(() => room.assertFor(1), { code: 'storage-failed' });
  room.close();
  assert.equal(steps.length, 1);
});
