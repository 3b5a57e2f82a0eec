import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrokerError } from '../core/broker-error.ts';
import { DurableLog } from './durable-log.ts';
import { memorySync, type SyncEnd } from './log-sync.ts';

const lost = new Error('EIO');

function create() {
  const told: string[] = [];
  const disk = { error: undefined as Error | undefined };
  const start = (end: SyncEnd) => end(disk.error);
  const now = () => {
    if (disk.error !== undefined) throw disk.error;
  };
  const log = new DurableLog('a.db', { ...memorySync, start, now }, (error) => told.push(error.message));
  const sync = () => {
    let heard: BrokerError | undefined;
    log.sync((failure) => {
      heard = failure;
    });
    return heard;
  };
  return { log, disk, told, sync };
}

test('a sync that succeeds makes durable', () => {
  const { log, sync, told } = create();
  assert.equal(sync(), undefined);
  log.syncNow();
  assert.equal(log.broken, undefined);
  assert.deepEqual(told, []);
});

test('after one that failed none is believed, and it is told once', () => {
  const { log, disk, sync, told } = create();
  disk.error = lost;
  const failure = sync();
  assert.equal(failure?.code, 'storage-failed');
  assert.equal(failure.cause, lost);
  assert.match(failure.message, /a\.db/);
  disk.error = undefined;
  assert.equal(sync(), failure);
  assert.throws(() => log.syncNow(), failure);
  assert.equal(log.broken, failure);
  assert.equal(told.length, 1);
});

test('one at once that failed counts as well', () => {
  const { log, disk, sync, told } = create();
  disk.error = lost;
  assert.throws(() => log.syncNow(), { code: 'storage-failed', cause: lost });
  assert.equal(sync()?.code, 'storage-failed');
  assert.equal(told.length, 1);
});
