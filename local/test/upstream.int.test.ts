import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { freePort } from '@dronedelivery/testing';
import { createUpstream } from '../src/edge/upstream.ts';
import { startUpstream } from './edge-fixture.ts';

test('a replica that was not reachable is left alone for a while, and asked again after it', async () => {
  await using sound = await startUpstream();
  const port = await freePort();
  let nowMs = 0;
  const limits = { connectTimeoutMs: 5000, answerBytesMax: 1000, connectionsMax: 1 };
  await using upstream = createUpstream([`http://127.0.0.1:${port}`, sound.url], limits, () => nowMs);
  const ask = async () => {
    const { signal } = new AbortController();
    const request = { method: 'GET', path: '/', headers: {}, body: null, repeatable: true, signal } as const;
    assert.equal((await upstream.ask(request, () => undefined)).statusCode, 200);
  };
  for (let count = 0; count < 2; count++) await ask();

  let calls = 0;
  const back = createServer((_, response) => {
    calls++;
    response.end();
  });
  await new Promise<void>((resolve) => back.listen(port, '127.0.0.1', resolve));
  for (let count = 0; count < 10; count++) await ask();
  assert.equal(calls, 0, 'it is spared');
  nowMs += 1000;
  for (let count = 0; count < 10; count++) await ask();
  assert.equal(calls, 5, 'it has its turn again');
  back.closeAllConnections();
  back.close();
});
