import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCreate, checkReschedule, deadlineOf } from './check-request.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');
const hourMs = 3_600_000;
const after = (hours: number) => new Date(nowMs + hours * hourMs).toISOString();

const good = {
  pickupLocation: '47.6,-122.3',
  dropOffLocation: { latitude: 47.7, longitude: -122.3 },
  pickupTime: after(1),
  deadline: after(2),
};

const wrong: readonly [string, object, readonly string[]][] = [
  ['nothing', {}, []],
  ['an empty deadline', { deadline: '' }, []],
  ['no deadline', { deadline: undefined }, []],
  ['a text over the pole', { pickupLocation: '90.5,0' }, ['/pickupLocation']],
  ['a text beyond the date line', { dropOffLocation: '0,-180.001' }, ['/dropOffLocation']],
  [
    'both texts out of range',
    { pickupLocation: '91,0', dropOffLocation: '0,999' },
    ['/pickupLocation', '/dropOffLocation'],
  ],
  ['the same place', { dropOffLocation: { latitude: 47.6, longitude: -122.3 } }, ['/dropOffLocation']],
  [
    'the same place at another height',
    { dropOffLocation: { latitude: 47.6, longitude: -122.3, altitude: 9 } },
    ['/dropOffLocation'],
  ],
  ['the same place across the date line', { pickupLocation: '1,180', dropOffLocation: '1,-180' }, ['/dropOffLocation']],
  ['the same pole', { pickupLocation: '90,10', dropOffLocation: '90,20' }, ['/dropOffLocation']],
  ['a deadline before the pickup', { deadline: after(0.5) }, ['/deadline']],
  ['a deadline at the pickup', { deadline: good.pickupTime }, ['/deadline']],
  ['a deadline that has passed', { pickupTime: after(-2), deadline: after(-1) }, ['/deadline']],
  ['a default deadline that has passed', { pickupTime: after(-25), deadline: '' }, ['/pickupTime']],
  ['a pickup in a week', { pickupTime: after(6 * 24 + 1), deadline: '' }, ['/pickupTime']],
  ['a deadline in eight days', { deadline: after(8 * 24) }, ['/deadline']],
  ['a leap second', { pickupTime: '2026-12-31T23:59:60Z' }, ['/pickupTime']],
  [
    'everything at once',
    { pickupLocation: '1,181', pickupTime: after(200), deadline: after(-1) },
    ['/pickupLocation', '/pickupTime', '/deadline', '/deadline'],
  ],
];

for (const [title, changes, paths] of wrong) {
  test(`create with ${title}: ${paths.join(' ') || 'accepted'}`, () => {
    assert.deepEqual(
      checkCreate({ ...good, ...changes }, nowMs).map(({ path }) => path),
      paths,
    );
  });
}

test('a reschedule is judged by what it names alone', () => {
  assert.deepEqual(checkReschedule({ pickupTime: after(-48) }, nowMs), []);
  assert.deepEqual(checkReschedule({ pickupLocation: '1,1' }, nowMs), []);
  assert.equal(checkReschedule({ pickupTime: after(3), deadline: after(2) }, nowMs)[0]?.path, '/deadline');
});

test('anything at all may be checked', () => {
  for (const body of [undefined, null, 1, 'x', [], { pickupLocation: null, pickupTime: 5, deadline: {} }]) {
    assert.deepEqual(checkCreate(body, nowMs), []);
  }
});

test('without a deadline a request has 24 hours from its pickup', () => {
  assert.equal(deadlineOf('', good.pickupTime), after(25));
  assert.equal(deadlineOf(undefined, good.pickupTime), after(25));
  assert.equal(deadlineOf(after(2), good.pickupTime), after(2));
});
