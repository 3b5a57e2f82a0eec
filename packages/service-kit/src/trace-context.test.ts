import assert from 'node:assert/strict';
import { test } from 'node:test';
import { continuedTrace, currentTraceparent, parseTraceparent, runInTrace, traceparentOf } from './trace-context.ts';

const sent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('a trace goes on with a new span, and begins where there is none', () => {
  const hop = continuedTrace(parseTraceparent(sent));
  assert.equal(hop.traceId, '0af7651916cd43dd8448eb211c80319c');
  assert.notEqual(hop.spanId, 'b7ad6b7169203331');
  assert.ok(hop.sampled);
  assert.match(traceparentOf(continuedTrace(undefined)), /^00-[\da-f]{32}-[\da-f]{16}-00$/);
});

test('what is no valid traceparent counts as none', () => {
  for (const bad of [
    undefined,
    7,
    '',
    sent.toUpperCase(),
    sent.replace('00-', 'ff-'),
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    `${sent}\r\nx: y`,
    'a'.repeat(10_000),
  ]) {
    assert.equal(parseTraceparent(bad), undefined, String(bad));
  }
});

test('the context follows what is awaited, and only that', async () => {
  const hop = continuedTrace(parseTraceparent(sent));
  await runInTrace(hop, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(currentTraceparent(), traceparentOf(hop));
  });
  assert.equal(currentTraceparent(), undefined);
});
