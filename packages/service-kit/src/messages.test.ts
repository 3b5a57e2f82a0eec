import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryStageEvent, eventTypes, strict } from '@dronedelivery/contracts';
import Type from 'typebox';
import { cloudEventEntry, messageReader, outgoingMessage } from './messages.ts';
import { continuedTrace, runInTrace } from './trace-context.ts';

const read = messageReader(strict({ n: Type.Integer() }));
const bytes = (text: string) => ({ body: Buffer.from(text) });

test('a readable message is its value', () => {
  assert.deepEqual(read(bytes('{"n":1}')), { ok: true, value: { n: 1 } });
});

test('an unreadable one is dead-lettered with what was wrong', () => {
  const settlementOf = (text: string) => {
    const decoded = read(bytes(text));
    assert.ok(!decoded.ok && decoded.settlement.kind === 'deadLetter');
    assert.equal(decoded.settlement.reason, 'unreadable');
    return decoded.settlement.description;
  };
  assert.equal(settlementOf('{"n":"x","m":1}'), '/m: no field of this name; /n: an integer');
  assert.match(settlementOf('{"n":1,"n":2}'), /duplicate key/);
  assert.match(settlementOf('[]'), /^\/: an object/);
  assert.match(settlementOf('\u0000'), /malformed/);
});

test('an event is valid by its contract, and carries the trace in body and properties', () => {
  const trace = continuedTrace(undefined);
  const data = {
    businessId: 'b',
    deliveryId: 'd',
    stage: 'Created',
    previousStage: null,
    planRevision: 0,
    sequence: 1,
    occurredAt: '2026-01-01T00:00:00Z',
    droneId: null,
    pickupETA: null,
    deliveryETA: null,
    reason: null,
  };
  const entry = runInTrace(trace, () =>
    cloudEventEntry('delivery-events', {
      id: 'e1',
      source: '/delivery',
      type: eventTypes.deliveryStage,
      subject: 'b/d',
      timeMs: 0,
      data,
    }),
  );
  const decoded = messageReader(DeliveryStageEvent)(bytes(entry.body));
  assert.ok(decoded.ok, JSON.stringify(decoded));
  assert.ok(decoded.value.traceparent?.includes(trace.traceId));
  const message = outgoingMessage(entry);
  assert.deepEqual([message.messageId, message.contentType], ['e1', 'application/cloudevents+json']);
  assert.ok(message.traceparent?.includes(trace.traceId));
});
