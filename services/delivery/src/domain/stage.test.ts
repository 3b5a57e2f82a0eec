import assert from 'node:assert/strict';
import test from 'node:test';
import type { DeliveryStage } from '@dronedelivery/contracts';
import { isFinal, mayMove } from './stage.ts';

const stages: readonly DeliveryStage[] = [
  'Created',
  'Rescheduled',
  'HeadedToPickup',
  'HeadedToDropoff',
  'Completed',
  'Cancelled',
  'Failed',
];

test('stages move as the design says and in no other way', () => {
  const moves = stages.flatMap((from) => stages.filter((to) => mayMove(from, to)).map((to) => `${from} > ${to}`));
  assert.deepEqual(moves, [
    'Created > Rescheduled',
    'Created > HeadedToPickup',
    'Created > Cancelled',
    'Created > Failed',
    'Rescheduled > Rescheduled',
    'Rescheduled > HeadedToPickup',
    'Rescheduled > Cancelled',
    'Rescheduled > Failed',
    'HeadedToPickup > HeadedToDropoff',
    'HeadedToPickup > Cancelled',
    'HeadedToPickup > Failed',
    'HeadedToDropoff > Completed',
    'HeadedToDropoff > Failed',
  ]);
  assert.deepEqual(stages.filter(isFinal), ['Completed', 'Cancelled', 'Failed']);
});
