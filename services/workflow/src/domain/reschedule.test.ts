import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bound,
  complete,
  delay,
  ended,
  is,
  late,
  no,
  noted,
  ok,
  play,
  type Row,
  released,
  replanned,
  testRows,
} from '../../test/play.ts';
import { at, circumstances, minuteMs, mission, plan, rescheduleRequest } from '../../test/requests.ts';
import { handle } from './handle.ts';

const reschedules: readonly Row[] = [
  ['is planned, then applied', rescheduleRequest(), [is(), bound, replanned], complete('rescheduled')],
  ['before its create waits', rescheduleRequest(), [no('getDelivery', 'not-found')], delay('before-create', 6000)],
  [
    'whose create never comes is given up',
    rescheduleRequest({}, { attempt: 20, tries: 20, delayReason: 'before-create' }),
    [no('getDelivery', 'not-found')],
    complete('never-existed'),
  ],
  ['of an ended delivery is refused', rescheduleRequest(), [is({ stage: 'Completed' }), noted], complete('refused')],
  [
    'to a deadline before the pickup is refused',
    rescheduleRequest({ deadline: at(1), pickupTime: at(2) }),
    [is(), noted],
    complete('refused'),
  ],
  [
    'to its own pickup place is refused',
    rescheduleRequest({ dropOff: plan.pickup }),
    [is(), noted],
    complete('refused'),
  ],
  [
    'is known to both and not sent twice',
    rescheduleRequest({}, { attempt: 1, tries: 1, delayReason: 'later-pickup' }),
    [is({ requestSequence: '9' }), bound],
    complete('rescheduled'),
  ],
  [
    'to far ahead is applied and asked for again',
    rescheduleRequest(),
    [is(), ok('putDroneDelivery', mission({ state: 'Deferred', assignAt: at(30) })), replanned],
    delay('later-pickup', 30 * minuteMs),
  ],
  [
    'without a drone is applied and goes on waiting',
    rescheduleRequest(),
    [is(), no('putDroneDelivery', 'no-drone-available'), replanned],
    delay('no-drone-available', 2000),
  ],
  [
    'without a drone at the deadline fails the delivery',
    rescheduleRequest({}, { attempt: 3, tries: 3, delayReason: 'no-drone-available' }),
    [is({ requestSequence: '9' }), no('putDroneDelivery', 'no-drone-available'), released, ended],
    complete('compensated'),
    late,
  ],
  [
    'that delivery has refused meanwhile is done',
    rescheduleRequest(),
    [is(), bound, no('replanDelivery', 'delivery-terminal')],
    complete('refused'),
  ],
  ...['plan-superseded', 'parcel-on-board', 'released', 'no-feasible-drone', 'conflict'].map(
    (code): Row => [
      `is refused with ${code}`,
      rescheduleRequest(),
      [is(), no('putDroneDelivery', code), noted],
      complete('refused'),
    ],
  ),
  [
    'applied before and superseded is done',
    rescheduleRequest({}, { attempt: 3, tries: 3, delayReason: 'no-drone-available' }),
    [is({ requestSequence: '9' }), no('putDroneDelivery', 'plan-superseded')],
    complete('superseded'),
  ],
  [
    'applied before and impossible now fails the delivery',
    rescheduleRequest({}, { attempt: 3, tries: 3, delayReason: 'no-drone-available' }),
    [is({ requestSequence: '9' }), no('putDroneDelivery', 'no-feasible-drone'), released, ended],
    complete('compensated'),
  ],
];

testRows('reschedule', reschedules);

test('a reschedule keeps what it does not change, and takes a pickup in the past as now', () => {
  const { calls } = play(handle(rescheduleRequest({ pickupTime: at(-30) }), circumstances()), [is(), bound, replanned]);
  const put = calls[1];
  assert.ok(put?.name === 'putDroneDelivery');
  assert.deepEqual(
    {
      pickupTime: put.body.pickupTime,
      pickup: put.body.pickup,
      deadline: put.body.deadline,
      weightKg: put.body.weightKg,
    },
    { pickupTime: at(0), pickup: plan.pickup, deadline: plan.deadline, weightKg: 2 },
  );
});
