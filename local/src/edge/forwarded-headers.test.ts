import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestHeaders, responseHeaders } from './forwarded-headers.ts';

const set = { requestId: 'r1', traceparent: '00-a-b-01', clientAddress: '192.0.2.1' };

test('identity, forwarding and connection headers of a client never reach a service', () => {
  const sent = requestHeaders(
    {
      authorization: 'Bearer t',
      'content-type': 'application/json',
      connection: 'keep-alive, x-secret',
      'keep-alive': 'timeout=5',
      'transfer-encoding': 'chunked',
      'x-forwarded-for': '10.0.0.1',
      forwarded: 'for=10.0.0.1',
      'x-user-id': 'root',
      'x-business-id': 'other',
      'x-ms-client-principal': 'e30=',
      'x-original-url': '/v1/internal',
      traceparent: 'forged',
      'x-request-id': 'forged',
      'idempotency-key': 'k1',
    },
    ['idempotency-key'],
    set,
  );
  assert.deepEqual(sent, {
    'x-request-id': 'r1',
    traceparent: '00-a-b-01',
    'x-forwarded-for': '192.0.2.1',
    authorization: 'Bearer t',
    'content-type': 'application/json',
    'idempotency-key': 'k1',
  });
});

test('a service answer keeps its headers but those of the connection', () => {
  const received = responseHeaders(
    {
      'content-type': 'application/json',
      'retry-after': '1',
      connection: 'keep-alive, X-Hop',
      'keep-alive': 'timeout=72',
      'x-hop': '1',
      'transfer-encoding': 'chunked',
      server: 'inside',
      'x-request-id': 'theirs',
      'set-cookie': ['a=1', 'b=2'],
    },
    'r1',
  );
  assert.deepEqual(received, {
    'x-request-id': 'r1',
    'x-content-type-options': 'nosniff',
    'content-type': 'application/json',
    'retry-after': '1',
    'set-cookie': ['a=1', 'b=2'],
  });
});
