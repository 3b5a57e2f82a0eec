import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, type Operation, operations, problemType } from '@dronedelivery/contracts';
import { createTurnedAway } from './turned-away.ts';

const { createDeliveryRequest: create, cancelDeliveryRequest: cancel, getDelivery } = operations;
const body = (code: ErrorCode) => Buffer.from(JSON.stringify({ type: problemType(code) }));

function setUp() {
  let nowMs = 0;
  const turnedAway = createTurnedAway(() => nowMs);
  const codeFor = (operation: Operation, caller: string) => turnedAway.refusalOf(operation, caller)?.code;
  const later = (ms: number) => {
    nowMs += ms;
  };
  return { ...turnedAway, codeFor, later };
}

test('a business that was turned away is turned away again for a moment, whatever it asks of the queue; others are not', () => {
  const { note, codeFor, later } = setUp();
  note(create, 'business a', { statusCode: 429, headers: { 'retry-after': '3' }, body: body('business-queue-full') });
  assert.equal(codeFor(create, 'business a'), 'business-queue-full');
  assert.equal(codeFor(cancel, 'business a'), 'business-queue-full');
  assert.equal(codeFor(create, 'business b'), undefined);
  assert.equal(codeFor(getDelivery, 'business a'), undefined);
  later(249);
  assert.equal(codeFor(create, 'business a'), 'business-queue-full');
  later(1);
  assert.equal(codeFor(create, 'business a'), undefined);
});

test('where there is no room at all everyone is turned away, with the time to come again', () => {
  const { note, refusalOf, codeFor } = setUp();
  note(create, 'business a', { statusCode: 503, headers: { 'retry-after': '4' }, body: body('queue-full') });
  const { code, extra } = refusalOf(create, 'business b') ?? {};
  assert.deepEqual({ code, extra }, { code: 'queue-full', extra: { retryAfterS: 4, isUnlogged: true } });
  assert.equal(codeFor(getDelivery, 'business b'), undefined);
});

test('nothing else is remembered', () => {
  const { note, codeFor } = setUp();
  note(create, 'business a', { statusCode: 503, headers: { 'retry-after': '1' }, body: body('outcome-unknown') });
  note(create, 'business a', { statusCode: 503, headers: {}, body: body('queue-full') });
  note(create, 'business a', { statusCode: 400, headers: { 'retry-after': '1' }, body: body('queue-full') });
  note(create, 'business a', { statusCode: 503, headers: { 'retry-after': '1' }, body: Buffer.from('no JSON') });
  assert.equal(codeFor(create, 'business a'), undefined);
});
