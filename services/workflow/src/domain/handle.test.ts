import {
  complete,
  created,
  delay,
  down,
  ended,
  is,
  no,
  overdue,
  packed,
  type Row,
  released,
  testRows,
} from '../../test/play.ts';
import {
  cancelRequest,
  circumstances,
  createRequest,
  minuteMs,
  noonMs,
  policy,
  rescheduleRequest,
} from '../../test/requests.ts';

const transients: readonly Row[] = [
  ['create: delivery away', createRequest(), [down('putDelivery')], delay('transient', 2000)],
  ['create: package away', createRequest(), [created, down('putPackage')], delay('transient', 2000)],
  ['create: scheduler away', createRequest(), [created, packed, down('putDroneDelivery')], delay('transient', 2000)],
  [
    'create: away for long',
    createRequest({}, { attempt: 30, tries: 30, delayReason: 'transient' }),
    [down('putDelivery')],
    delay('transient', minuteMs),
  ],
  [
    'create: away until after the deadline',
    createRequest(),
    [created, packed, down('putDroneDelivery'), released, ended],
    complete('compensated'),
    overdue,
  ],
  [
    'create: away until after the deadline, and for undoing too',
    createRequest(),
    [down('putDelivery'), down('releaseDroneDelivery')],
    { ...delay('transient', 2000, overdue.nowMs), compensation: 'not-planned-before-deadline' },
    overdue,
  ],
  [
    'create: undoing was interrupted',
    createRequest(),
    [created, packed, no('putDroneDelivery', 'no-feasible-drone'), released, down('putDeliveryOutcome')],
    { ...delay('transient', 2000), compensation: 'no-feasible-drone' },
  ],
  [
    'create: undoing goes on',
    createRequest({}, { attempt: 1, tries: 1, delayReason: 'transient', compensation: 'no-feasible-drone' }),
    [released, ended],
    complete('compensated'),
  ],
  [
    'create: too often',
    createRequest({}, { attempt: 1440, tries: 1440, delayReason: 'transient' }),
    [down('putDelivery')],
    { kind: 'dead-letter', reason: 'transient-exhausted' },
  ],
  ['reschedule: scheduler away', rescheduleRequest(), [is(), down('putDroneDelivery')], delay('transient', 2000)],
  ['cancel: scheduler away', cancelRequest(), [down('releaseDroneDelivery')], delay('transient', 2000)],
  [
    'cancel: too old',
    cancelRequest(),
    [released, down('putDeliveryOutcome')],
    { kind: 'dead-letter', reason: 'transient-exhausted' },
    circumstances(noonMs + policy.ageMaxMs + 1),
  ],
];

testRows('transient', transients);
