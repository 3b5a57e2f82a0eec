import assert from 'node:assert/strict';
import { test } from 'node:test';
import { envelope, noonMs } from '../../../test/requests.ts';
import { envelopeProperties, readEnvelope } from './envelope.ts';

test('an original is its own first', () => {
  assert.deepEqual(
    readEnvelope({ messageId: 'm1', sequenceNumber: '7', deliveryCount: 0, enqueuedAtMs: noonMs, properties: {} }),
    envelope(),
  );
});

test('a copy is read as it was written', () => {
  const copy = envelope({
    messageId: 'm1:3',
    attempt: 3,
    tries: 2,
    delayReason: 'transient',
    compensation: 'package-fixed',
    resubmissions: 1,
  });
  const properties = envelopeProperties(copy);
  assert.deepEqual(
    readEnvelope({ messageId: 'm1:3', sequenceNumber: '99', deliveryCount: 0, enqueuedAtMs: noonMs, properties }),
    copy,
  );
});

test('properties that make no sense count as absent', () => {
  const properties = { attempt: -1, tries: '3', delayReason: 'x', originalSequenceNumber: 'x', originalMessageId: 5 };
  assert.deepEqual(
    readEnvelope({ messageId: 'm1', sequenceNumber: '7', deliveryCount: 0, enqueuedAtMs: noonMs, properties }),
    envelope(),
  );
});
