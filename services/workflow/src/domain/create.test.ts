import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bound,
  complete,
  created,
  delay,
  ended,
  farPlan,
  found,
  is,
  late,
  no,
  ok,
  packed,
  play,
  type Row,
  released,
  testRows,
} from '../../test/play.ts';
import { at, circumstances, createRequest, minuteMs, mission, plan } from '../../test/requests.ts';
import { handle } from './handle.ts';

const creates: readonly Row[] = [
  ['is stored, packed and assigned', createRequest(), [created, packed, bound], complete('assigned')],
  [
    'resumes where delivery knows it already',
    createRequest(),
    [found, is(), packed, ok('putDroneDelivery', mission({ state: 'EnRouteToPickup' }))],
    complete('assigned'),
  ],
  ['after the end does nothing', createRequest(), [no('putDelivery', 'delivery-terminal')], complete('ended-before')],
  [
    'found and ended meanwhile does nothing',
    createRequest(),
    [found, is({ stage: 'Failed' })],
    complete('ended-before'),
  ],
  [
    'second with the same key touches nothing',
    createRequest(),
    [found, is({ requestSequence: '3' })],
    complete('refused'),
  ],
  [
    'overtaken by a reschedule still stores its package',
    createRequest(),
    [found, is({ requestSequence: '10' }), packed, no('putDroneDelivery', 'plan-superseded')],
    complete('superseded'),
  ],
  [
    'overtaken by a reschedule does not undo it',
    createRequest(),
    [found, is({ requestSequence: '10' }), no('putPackage', 'package-fixed')],
    complete('superseded'),
  ],
  [
    'for later waits for its time',
    createRequest({ plan: farPlan }),
    [created, packed],
    delay('later-pickup', 45 * minuteMs),
  ],
  [
    'that waited goes straight to the scheduler',
    createRequest({ plan: farPlan }, { attempt: 1, tries: 1, delayReason: 'later-pickup' }),
    [bound],
    complete('assigned'),
  ],
  [
    'is asked for again when the scheduler says',
    createRequest(),
    [created, packed, ok('putDroneDelivery', mission({ state: 'Deferred', assignAt: at(3) }))],
    delay('later-pickup', 3 * minuteMs),
  ],
  [
    'without a drone tries again',
    createRequest(),
    [created, packed, no('putDroneDelivery', 'no-drone-available')],
    delay('no-drone-available', 2000),
  ],
  [
    'without a drone for long tries each minute',
    createRequest({}, { attempt: 9, tries: 9, delayReason: 'no-drone-available' }),
    [no('putDroneDelivery', 'no-drone-available')],
    delay('no-drone-available', minuteMs),
  ],
  [
    'without a drone tries for the last time with the deadline',
    createRequest(
      { plan: { ...plan, deadline: at(0.5) } },
      { attempt: 9, tries: 9, delayReason: 'no-drone-available' },
    ),
    [no('putDroneDelivery', 'no-drone-available')],
    delay('no-drone-available', minuteMs / 2),
  ],
  [
    'without a drone at the deadline fails',
    createRequest({}, { attempt: 9, tries: 9, delayReason: 'no-drone-available' }),
    [no('putDroneDelivery', 'no-drone-available'), released, ended],
    complete('compensated'),
    late,
  ],
  [
    'too heavy for the fleet fails',
    createRequest(),
    [created, packed, no('putDroneDelivery', 'no-feasible-drone'), released, ended],
    complete('compensated'),
  ],
  [
    'of another size of its package fails',
    createRequest(),
    [created, no('putPackage', 'package-fixed'), released, ended],
    complete('compensated'),
  ],
  [
    'that delivery refuses fails',
    createRequest(),
    [no('putDelivery', 'validation-failed'), released, ended],
    complete('compensated'),
  ],
  [
    'whose parcel flies already is done',
    createRequest(),
    [created, packed, no('putDroneDelivery', 'parcel-on-board')],
    complete('under-way'),
  ],
  [
    'whose drone keeps another plan is done',
    createRequest(),
    [created, packed, no('putDroneDelivery', 'conflict')],
    complete('superseded'),
  ],
  [
    'released by a cancel is done',
    createRequest(),
    [created, packed, no('putDroneDelivery', 'released'), is({ stage: 'Cancelled' })],
    complete('ended-before'),
  ],
  [
    'released and not ended waits for whoever released it',
    createRequest(),
    [created, packed, no('putDroneDelivery', 'released'), is()],
    delay('release-pending', 10_000),
  ],
  [
    'released and still not ended is ended by itself',
    createRequest({}, { attempt: 1, tries: 1, delayReason: 'release-pending' }),
    [is(), ended],
    complete('compensated'),
  ],
  [
    'does not undo a flight',
    createRequest(),
    [created, no('putPackage', 'package-fixed'), no('releaseDroneDelivery', 'parcel-on-board')],
    complete('under-way'),
  ],
  [
    'undone after its end is done',
    createRequest(),
    [created, no('putPackage', 'package-fixed'), released, no('putDeliveryOutcome', 'delivery-terminal')],
    complete('ended-before'),
  ],
  [
    'that cannot be undone is a dead letter',
    createRequest(),
    [created, no('putPackage', 'package-fixed'), released, no('putDeliveryOutcome', 'validation-failed')],
    { kind: 'dead-letter', reason: 'compensation-failed' },
  ],
];

testRows('create', creates);

test('the plan that is put has the sequence number of the original', () => {
  const copy = createRequest({}, { messageId: 'm1:4', attempt: 4, sequence: '7' });
  const { calls } = play(handle(copy, circumstances()), [created, packed, bound]);
  const sequences = calls.flatMap((call) =>
    'body' in call && 'requestSequence' in call.body ? [call.body.requestSequence] : [],
  );
  assert.deepEqual(sequences, ['7', '7']);
});

test('a fault keeps its code in the end of the delivery', () => {
  const { calls } = play(handle(createRequest(), circumstances()), [
    created,
    packed,
    no('putDroneDelivery', 'no-feasible-drone'),
    released,
    ended,
  ]);
  const put = calls.at(-1);
  assert.ok(put?.name === 'putDeliveryOutcome');
  assert.deepEqual(put.body, {
    stage: 'Failed',
    reason: { code: 'no-feasible-drone', text: 'because no-feasible-drone' },
    requestId: 'r1',
  });
});
