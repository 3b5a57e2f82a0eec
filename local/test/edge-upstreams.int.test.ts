import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { eventually, unansweredPort } from '@dronedelivery/testing';
import { startEdge, startUpstream } from './edge-fixture.ts';

/** An address where nothing listens. */
async function refusedUrl(): Promise<string> {
  const upstream = await startUpstream();
  await upstream.close();
  return upstream.url;
}

test('replicas are asked in turn, and one that refuses connections costs no request', async () => {
  await using first = await startUpstream();
  await using second = await startUpstream();
  await using edge = await startEdge(first.url, { DELIVERY_URL: `${first.url},${await refusedUrl()},${second.url}` });
  for (let i = 0; i < 12; i++) assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200);
  assert.equal(first.seen.length + second.seen.length, 12);
  assert.ok(first.seen.length >= 4 && second.seen.length >= 4, `${first.seen.length} and ${second.seen.length}`);
  const post = await edge.call('POST', '/v1/deliveries/d1/confirmations', { body: '{}' });
  assert.equal(post.status, 200, 'what never reached a replica may go to another');
});

test('with all replicas down the answer is 503 with Retry-After, and the other services go on', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url, { DELIVERY_URL: `${await refusedUrl()},${await refusedUrl()}` });
  const down = await edge.call('GET', '/v1/deliveries');
  assert.equal(down.status, 503);
  assert.ok(Number(down.headers.get('retry-after')) >= 1);
  assert.equal(((await down.json()) as { type: string }).type, 'urn:drone-delivery:problem:unavailable');
  assert.equal((await edge.call('GET', '/v1/packages/p1')).status, 200);
});

test('a replica that does not answer attempts to connect costs some time, but no request', async () => {
  await using silent = await unansweredPort();
  await using sound = await startUpstream();
  const replicas = `http://127.0.0.1:${silent.port},${sound.url}`;
  await using edge = await startEdge(sound.url, { DELIVERY_URL: replicas, UPSTREAM_CONNECT_TIMEOUT_MS: '100' });
  for (let i = 0; i < 4; i++) assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200);
  assert.equal(sound.seen.length, 4);
});

test('where no replica answers attempts to connect, each request ends in its time', async () => {
  await using silent = await unansweredPort();
  await using upstream = await startUpstream();
  const bounds = { UPSTREAM_TIMEOUT_MS: '200', UPSTREAM_CONNECT_TIMEOUT_MS: '60000', UPSTREAM_CONNECTIONS_MAX: '2' };
  await using edge = await startEdge(upstream.url, { DELIVERY_URL: `http://127.0.0.1:${silent.port}`, ...bounds });
  const begunAt = performance.now();
  const answers = await Promise.all(Array.from({ length: 6 }, () => edge.call('GET', '/v1/deliveries')));
  for (const answer of answers) assert.ok([503, 504].includes(answer.status), `${answer.status}`);
  const tookMs = performance.now() - begunAt;
  assert.ok(tookMs < 10_000, `it took ${tookMs.toFixed()} ms`);
});

test('a service that does not answer in time is 504', async () => {
  await using upstream = await startUpstream(() => undefined);
  await using edge = await startEdge(upstream.url, { UPSTREAM_TIMEOUT_MS: '100' });
  const late = await edge.call('GET', '/v1/deliveries');
  assert.equal(late.status, 504);
  assert.equal(((await late.json()) as { type: string }).type, 'urn:drone-delivery:problem:upstream-timeout');
});

test('a broken connection is tried elsewhere only where that cannot do it twice', async () => {
  await using breaking = await startUpstream((_, response) => response.destroy());
  await using sound = await startUpstream();
  await using edge = await startEdge(breaking.url, { DELIVERY_URL: `${breaking.url},${sound.url}` });
  for (let i = 0; i < 4; i++) assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200);
  assert.equal(sound.seen.length, 4);

  const types = new Set<string>();
  for (let i = 0; i < 4; i++) {
    const response = await edge.call('POST', '/v1/deliveries/d1/confirmations', { body: '{}' });
    if (response.status !== 200) types.add(((await response.json()) as { type: string }).type);
  }
  assert.deepEqual([...types], ['urn:drone-delivery:problem:outcome-unknown']);
});

test('a delivery request gets a key, so that the edge may repeat it; the key stays the same', async () => {
  await using breaking = await startUpstream((_, response) => response.destroy());
  await using sound = await startUpstream();
  await using edge = await startEdge(sound.url, { INGESTION_URL: `${breaking.url},${sound.url}` });
  for (let i = 0; i < 2; i++)
    assert.equal((await edge.call('POST', '/v1/deliveryrequests', { body: '{}' })).status, 200);
  const keys = sound.seen.map(({ headers }) => headers['idempotency-key']);
  assert.equal(new Set(keys).size, 2);
  assert.ok(keys.includes(breaking.seen[0]?.headers['idempotency-key']));

  const headers = { 'idempotency-key': 'mine' };
  await edge.call('POST', '/v1/deliveryrequests', { body: '{}', headers });
  assert.equal(sound.seen.at(-1)?.headers['idempotency-key'], 'mine');
});

test('answers pass with status, headers and length; headers of the connection do not', async () => {
  await using upstream = await startUpstream((_, response) => {
    response.writeHead(404, { 'retry-after': '1', connection: 'x-hop', 'x-hop': '1', server: 'inside', etag: '"e"' });
    response.end('not yet');
  });
  await using edge = await startEdge(upstream.url);
  const response = await edge.call('GET', '/v1/deliveries/d1');
  assert.equal(response.status, 404);
  assert.equal(response.headers.get('retry-after'), '1');
  assert.equal(response.headers.get('etag'), '"e"');
  assert.equal(response.headers.get('x-hop'), null);
  assert.equal(response.headers.get('server'), null);
  assert.equal(await response.text(), 'not yet');
});

test('long answers arrive whole, empty ones end', async () => {
  const long = 'x'.repeat(3_000_000);
  await using upstream = await startUpstream(({ method }, response) =>
    method === 'DELETE' ? response.writeHead(204).end() : response.end(long),
  );
  await using edge = await startEdge(upstream.url);
  assert.equal(await (await edge.call('GET', '/v1/deliveries')).text(), long);
  const empty = await edge.call('DELETE', '/v1/clients/c1');
  assert.equal(empty.status, 204);
  assert.equal(await empty.text(), '');
});

test('an answer that breaks off is asked for anew where that does nothing twice, and never passed off as whole', async () => {
  await using breaking = await startUpstream((_, response) => {
    response.write('x'.repeat(100_000), () => response.destroy());
  });
  await using sound = await startUpstream();
  await using edge = await startEdge(breaking.url, { DELIVERY_URL: `${breaking.url},${sound.url}` });
  for (let i = 0; i < 4; i++) assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200);
  assert.equal((await edge.call('GET', '/v1/packages/p1')).status, 503, 'it breaks off everywhere');
  const posted = await edge.call('POST', '/v1/clients', { body: '{}' });
  assert.match(await posted.text(), /problem:outcome-unknown/);
});

test('server-sent events pass as they come, and their end at either side ends the other', async () => {
  const upstreamClosed = Promise.withResolvers<void>();
  const next = Promise.withResolvers<void>();
  await using upstream = await startUpstream((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    next.promise.then(() => response.write('data: 2\n\n'));
    response.once('close', upstreamClosed.resolve);
  });
  await using edge = await startEdge(upstream.url, { UPSTREAM_TIMEOUT_MS: '100' });
  const response = await edge.call('GET', '/v1/deliveries/d1/events');
  const reader = (response.body ?? assert.fail('no body')).getReader();
  const read = async () => new TextDecoder().decode((await reader.read()).value);
  assert.equal(await read(), 'data: 1\n\n');
  next.resolve();
  assert.equal(await read(), 'data: 2\n\n');
  await reader.cancel();
  await upstreamClosed.promise;
});

test('the head of a stream arrives before its first event, and stopping the edge ends it cleanly', async () => {
  await using upstream = await startUpstream((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  });
  const edge = await startEdge(upstream.url);
  const response = await edge.call('GET', '/v1/deliveries/d1/events');
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  await edge[Symbol.asyncDispose]();
  assert.equal(await response.text(), '');
});

test('a client that leaves takes its request with it', async () => {
  const reached = Promise.withResolvers<void>();
  const given = Promise.withResolvers<void>();
  await using upstream = await startUpstream((_, response) => {
    response.once('close', given.resolve);
    reached.resolve();
  });
  await using edge = await startEdge(upstream.url, { UPSTREAM_TIMEOUT_MS: '300000' });
  const leaving = new AbortController();
  const answer = edge.call('GET', '/v1/deliveries', { signal: leaving.signal });
  await reached.promise;
  leaving.abort();
  await assert.rejects(answer);
  await given.promise;
});

test('a stop lets what is under way end', async () => {
  const reached = Promise.withResolvers<() => void>();
  await using upstream = await startUpstream((_, response) => reached.resolve(() => response.end('done')));
  const edge = await startEdge(upstream.url);
  const answer = edge.call('GET', '/v1/deliveries');
  const finish = await reached.promise;
  const stopped = edge[Symbol.asyncDispose]();
  finish();
  assert.equal(await (await answer).text(), 'done');
  await stopped;
});

test('too much at once is refused at once', async () => {
  const waiting: (() => void)[] = [];
  const both = Promise.withResolvers<void>();
  await using upstream = await startUpstream((_, response) => {
    if (waiting.push(() => response.end()) === 2) both.resolve();
  });
  await using edge = await startEdge(upstream.url, { REQUESTS_IN_FLIGHT_MAX: '2' });
  const underWay = [edge.call('GET', '/v1/deliveries'), edge.call('GET', '/v1/deliveries')];
  await both.promise;
  const refused = await edge.call('GET', '/v1/deliveries');
  assert.equal(refused.status, 503);
  assert.ok(refused.headers.has('retry-after'));
  for (const finish of waiting) finish();
  for (const response of await Promise.all(underWay)) assert.equal(response.status, 200);
});

test('a replica that accepts connections and says nothing does not hold the others up', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  await using upstream = await startUpstream();
  const { port } = silent.address() as { port: number };
  const edge = await startEdge(upstream.url, { PORTAL_URL: `http://127.0.0.1:${port}`, UPSTREAM_TIMEOUT_MS: '200' });
  const hanging = Array.from({ length: 20 }, () => edge.call('GET', '/'));
  assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200);
  for (const response of await Promise.all(hanging)) assert.equal(response.status, 504);
  await edge[Symbol.asyncDispose]();
  silent.close();
});

test('one business does not take all streams; an ended one makes room', async () => {
  await using upstream = await startUpstream((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  });
  await using edge = await startEdge(upstream.url, { STREAMS_PER_CALLER_MAX: '1' });
  const watch = (init: RequestInit = {}) => edge.call('GET', '/v1/deliveries/d1/events', init);
  const first = await watch();
  assert.equal((await watch()).status, 429);
  const other = await watch({ headers: { authorization: edge.issuer.shipper('b2') } });
  assert.equal(other.status, 200);
  await first.body?.cancel();
  const again = await eventually(async () => {
    const response = await watch();
    assert.equal(response.status, 200);
    return response;
  });
  await Promise.all([other.body?.cancel(), again.body?.cancel()]);
});
