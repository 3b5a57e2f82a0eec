import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  at,
  cancelRequest,
  circumstances,
  createRequest,
  delivery,
  minuteMs,
  mission,
  noonMs,
  plan,
  policy,
  rescheduleRequest,
} from '../../test/requests.ts';
import { handle } from './handle.ts';
import type { Circumstances } from './policy.ts';
import type { DeliveryRequest } from './request.ts';
import type { Answer, Call, CallName, Gains } from './saga.ts';

/** What a dependency says to one call: the name guards against an answer to another question. */
type Reply = readonly [CallName, Answer];

const ok = <N extends CallName>(name: N, gain: Gains[N]): Reply => [name, { kind: 'done', gain } as Answer];
const no = (name: CallName, code: string): Reply => [name, { kind: 'refused', code, detail: `because ${code}` }];
const down = (name: CallName): Reply => [name, { kind: 'transient', cause: `${name} timed out` }];

const created = ok('putDelivery', { created: true });
const found = ok('putDelivery', { created: false });
const packed = ok('putPackage', undefined);
const bound = ok('putDroneDelivery', mission());
const released = ok('releaseDroneDelivery', undefined);
const ended = ok('putDeliveryOutcome', undefined);
const noted = ok('recordRefusal', undefined);
const replanned = ok('replanDelivery', undefined);
const is = (changes = {}) => ok('getDelivery', delivery(changes));

/** Plays the replies and gives back the ending, and the calls that led to it. */
function play(request: DeliveryRequest, replies: readonly Reply[], given: Circumstances = circumstances()) {
  const saga = handle(request, given);
  const calls: Call[] = [];
  let step = saga.next();
  for (const [name, answer] of replies) {
    if (step.done === true) assert.fail(`ended before ${name}: ${JSON.stringify(step.value)}`);
    assert.equal(step.value.name, name);
    calls.push(step.value);
    step = saga.next(answer);
  }
  if (step.done !== true) assert.fail(`goes on with ${JSON.stringify(step.value)}`);
  return { ending: step.value, calls };
}

const complete = (outcome: string) => ({ kind: 'complete', outcome });
const delay = (reason: string, afterMs: number, nowMs = noonMs) => ({
  kind: 'delay',
  reason,
  untilMs: nowMs + afterMs,
});
const late = circumstances(Date.parse(plan.deadline));
const overdue = circumstances(Date.parse(plan.deadline) + policy.deadlineGraceMs + 1);
const farPlan = { ...plan, pickupTime: at(60), deadline: at(120) };

type Row = readonly [
  title: string,
  request: DeliveryRequest,
  replies: readonly Reply[],
  ending: Readonly<Record<string, unknown>>,
  given?: Circumstances,
];

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

const cancels: readonly Row[] = [
  ['releases, then ends', cancelRequest(), [released, ended], complete('cancelled')],
  [
    'after the pickup is refused',
    cancelRequest(),
    [no('releaseDroneDelivery', 'parcel-on-board'), noted],
    complete('refused'),
  ],
  [
    'of a delivery that flew without us is done',
    cancelRequest(),
    [no('releaseDroneDelivery', 'parcel-on-board'), no('recordRefusal', 'not-found')],
    complete('never-existed'),
  ],
  [
    'of an ended delivery is refused',
    cancelRequest(),
    [released, no('putDeliveryOutcome', 'delivery-terminal'), noted],
    complete('refused'),
  ],
  [
    'that nobody understands is a dead letter',
    cancelRequest(),
    [no('releaseDroneDelivery', 'validation-failed')],
    { kind: 'dead-letter', reason: 'compensation-failed' },
  ],
];

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

for (const [kind, rows] of Object.entries({
  create: creates,
  reschedule: reschedules,
  cancel: cancels,
  transient: transients,
})) {
  for (const [title, request, replies, ending, given] of rows) {
    test(`${kind} ${title}`, () => {
      const played = play(request, replies, given);
      assert.partialDeepStrictEqual(played.ending, ending);
    });
  }
}

test('the plan that is put has the sequence number of the original', () => {
  const copy = createRequest({}, { messageId: 'm1:4', attempt: 4, sequence: '7' });
  const { calls } = play(copy, [created, packed, bound]);
  const sequences = calls.flatMap((call) =>
    'body' in call && 'requestSequence' in call.body ? [call.body.requestSequence] : [],
  );
  assert.deepEqual(sequences, ['7', '7']);
});

test('a reschedule keeps what it does not change, and takes a pickup in the past as now', () => {
  const { calls } = play(rescheduleRequest({ pickupTime: at(-30) }), [is(), bound, replanned]);
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

test('a fault keeps its code in the end of the delivery', () => {
  const { calls } = play(createRequest(), [
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
