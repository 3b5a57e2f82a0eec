import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignedMission, key } from '../../test/builders.ts';
import { type Mission, unseenMission } from './mission.ts';
import { compareSequences, judgePut } from './put-verdict.ts';

const refused = (code: string) => ({ kind: 'refused', code });
const cases: readonly (readonly [string, Mission, string, object])[] = [
  ['an unseen delivery is planned', unseenMission(key), '1', { kind: 'plan' }],
  ['a tombstone refuses', { ...unseenMission(key), state: 'Released' }, '99', refused('released')],
  ['an older plan is superseded', assignedMission(), '9', refused('plan-superseded')],
  ['the same plan finds its drone', assignedMission(), '10', { kind: 'unchanged' }],
  ['a newer plan is planned', assignedMission(), '11', { kind: 'plan' }],
  ['the same plan without a drone is tried', assignedMission({ state: 'Waiting' }), '10', { kind: 'plan' }],
  ['the same deferred plan is tried', assignedMission({ state: 'Deferred' }), '10', { kind: 'plan' }],
  ['on board refuses a newer plan', assignedMission({ pickedUpAtMs: 1 }), '11', refused('parcel-on-board')],
  ['on board refuses an older plan', assignedMission({ pickedUpAtMs: 1 }), '9', refused('parcel-on-board')],
  ['on board confirms the same plan', assignedMission({ pickedUpAtMs: 1 }), '10', { kind: 'unchanged' }],
  ['failed before the pickup is over', assignedMission({ state: 'Failed' }), '11', refused('released')],
];

for (const [name, known, sequence, expected] of cases) {
  test(name, () => assert.deepEqual(judgePut(known, sequence), expected));
}

test('sequence numbers are compared by value and in full width', () => {
  assert.ok(compareSequences('9', '10') < 0);
  assert.ok(compareSequences('18446744073709551615', '18446744073709551614') > 0);
  assert.equal(compareSequences('007', '7'), 0);
});
