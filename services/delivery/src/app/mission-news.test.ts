import assert from 'node:assert/strict';
import test from 'node:test';
import type { DroneDelivery } from '@dronedelivery/contracts';
import { droneDelivery } from '@dronedelivery/testing';
import { newsOfRecord } from './mission-news.ts';

const at = '2026-11-21T09:00:00.000Z';

const record = (changes: Partial<DroneDelivery>) => droneDelivery({ sequence: 4, revision: 2, ...changes });

test('a record tells what its state implies, at the time that it happened', () => {
  const news = newsOfRecord(record({ state: 'Unloading', departedAt: at, pickedUpAt: at }), true);
  assert.equal(news?.change, 'picked-up');
  assert.equal(news?.occurredAtMs, Date.parse(at));
  assert.deepEqual([news?.sequence, news?.revision], [4, 2]);
  assert.equal(newsOfRecord(record({ state: 'Delivered', deliveredAt: at }), true)?.occurredAtMs, Date.parse(at));
  assert.equal(newsOfRecord(record({}), true)?.occurredAtMs, Date.parse('2026-11-21T10:00:00.000Z'));
});

test('a delivery that waits for its first drone is no news; one that has lost its drone is', () => {
  const waiting = record({ state: 'Waiting', missionId: null, droneId: null });
  assert.equal(newsOfRecord(waiting, false), undefined);
  assert.equal(newsOfRecord(waiting, true)?.change, 'unassigned');
});
