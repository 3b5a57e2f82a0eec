import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateDeliveryRequest,
  DeliveryRequestMessage,
  DroneCommand,
  nullable,
  strict,
} from '@dronedelivery/contracts';
import { deliveryRequest } from '@dronedelivery/testing';
import Type from 'typebox';
import { isInstant } from './schema/instant.ts';
import { compileCheck } from './schema-check.ts';

const check = compileCheck(CreateDeliveryRequest);
const valid = deliveryRequest(0);

test('a value that fits has no faults', () => {
  assert.equal(check(valid), undefined);
  assert.equal(check({ ...valid, deadline: '' }), undefined);
  assert.equal(check({ ...valid, pickupLocation: '47.6,-122.3' }), undefined);
});

test('every wrong field is told once, where it is and what was expected', () => {
  const faults = check({
    ...valid,
    pickupLocation: { latitude: 91, longitude: 'east', height: 1 },
    dropOffLocation: 'here',
    deadline: 'soon',
    confirmationRequired: 'Handshake',
    expedited: 'true',
    packageInfo: { weight: 0 },
    colour: 'red',
  });
  assert.deepEqual(Object.fromEntries((faults ?? []).map(({ pointer, expected }) => [pointer, expected])), {
    '/colour': 'no field of this name',
    '/pickupLocation/height': 'no field of this name',
    '/pickupLocation/latitude': 'a number from -90 to 90 (degrees north)',
    '/pickupLocation/longitude': 'a number from -180 to 180 (degrees east)',
    '/dropOffLocation': 'a location {latitude, longitude, altitude?} or the text "lat,lon"',
    '/deadline': 'an RFC 3339 date-time with a zone, or empty',
    '/expedited': 'true or false',
    '/confirmationRequired': 'one of None, FingerPrint, Picture, Voice',
    '/packageInfo/size': 'one of Small, Medium, Large; it is missing',
    '/packageInfo/weight': 'a number above 0 and up to 50 (kilograms)',
  });
  assert.equal(faults?.length, 10);
});

test('a union makes one clear fault, or those of the branch that was meant', () => {
  assert.deepEqual(check({ ...valid, pickupLocation: 5 })?.length, 1);
  assert.deepEqual(compileCheck(strict({ a: nullable(Type.Integer()) }))({ a: 'x' }), [
    { pointer: '/a', expected: 'an integer or null' },
  ]);
  const ofMessage = compileCheck(DeliveryRequestMessage)({ kind: 'cancel', schemaVersion: 1, businessId: 'b' });
  assert.deepEqual(
    ofMessage?.map(({ pointer }) => pointer),
    ['/deliveryId', '/requestId', '/requestedAt'],
  );
  assert.equal(compileCheck(DroneCommand)({ kind: 'Dance' })?.length, 1);
});

test('pointers escape what a name may hold', () => {
  assert.deepEqual(compileCheck(strict({}))({ 'a/b~c': 1 })?.[0]?.pointer, '/a~1b~0c');
});

test('a flood of faults is cut', () => {
  const flood = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`field${index}`, index]));
  assert.equal(compileCheck(strict({}))(flood)?.length, 50);
});

test('date-times have a zone and exist', () => {
  for (const good of ['2026-02-28T23:59:59Z', '2024-02-29T00:00:00.123456789+23:59', '2026-01-01t00:00:00z']) {
    assert.ok(isInstant(good), good);
    assert.ok(Number.isFinite(Date.parse(good)), good);
  }
  for (const bad of [
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00',
    '2026-01-01 00:00:00Z',
    '2026-01-01',
    '2026-01-01T00:00:00+24:00',
    '+002026-01-01T00:00:00Z',
  ]) {
    assert.ok(!isInstant(bad), bad);
  }
});
