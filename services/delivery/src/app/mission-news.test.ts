import assert from 'node:assert/strict';
import test from 'node:test';
import type { DroneDelivery } from '@dronedelivery/contracts';
import { newsOfRecord } from './mission-news.ts';

const at = '2026-11-21T09:00:00.000Z';

function record(changes: Partial<DroneDelivery>): DroneDelivery {
  return {
    businessId: 'shop',
    deliveryId: 'delivery-1',
    ownerId: 'owner-1',
    state: 'Assigned',
    sequence: 4,
    revision: 2,
    requestSequence: '100',
    missionId: 'mission-1',
    droneId: 'drone-1',
    location: null,
    pickupEta: null,
    deliveryEta: null,
    departedAt: null,
    pickedUpAt: null,
    deliveredAt: null,
    assignAt: null,
    reason: null,
    updatedAt: '2026-11-21T10:00:00.000Z',
    ...changes,
  };
}

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
