import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edgeRoutes, operations } from '@dronedelivery/contracts';
import { eventually, freePort } from '@dronedelivery/testing';
import { startEdge, startUpstream } from './edge-fixture.ts';

const problemType = (code: string) => `urn:drone-delivery:problem:${code}`;

async function problemOf(response: Response) {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const problem = (await response.json()) as { type: string; status: number; requestId: string };
  assert.equal(problem.status, response.status);
  assert.equal(problem.requestId, response.headers.get('x-request-id'));
  return problem.type;
}

test('every public operation reaches its service, with method, path, query and body as sent', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  for (const { method, path } of edgeRoutes) {
    const target = `${path.replace(/:\w+/g, 'x1')}?a=1&b=%2F`;
    const body = method === 'POST' || method === 'PUT' || method === 'PATCH' ? '{"some": "body"}' : undefined;
    const headers = { 'content-type': 'application/json' };
    const response = await edge.call(method, target, body === undefined ? {} : { body, headers });
    assert.equal(response.status, 200, `${method} ${path}`);
    assert.deepEqual(await response.json(), { method, url: target, body: body ?? '' });
  }
});

test('internal operations are not there', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  for (const { method, path, public: isPublic } of Object.values(operations)) {
    if (isPublic) continue;
    const response = await edge.call(method, path.replace(/:\w+/g, 'x1'));
    const code = await problemOf(response);
    assert.ok(
      [problemType('not-found'), problemType('method-not-allowed')].includes(code),
      `${method} ${path} ${code}`,
    );
  }
  assert.equal(upstream.seen.length, 0);
});

test('unknown paths are 404, other methods 405 with what is allowed', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  for (const path of ['/v1/nothing', '/V1/deliveries', '/v1/Deliveries', '/v1/deliveries/', '/metrics']) {
    assert.equal(await problemOf(await edge.call('GET', path)), problemType('not-found'), path);
  }
  const put = await edge.call('PUT', '/v1/deliveries/d1');
  assert.equal(await problemOf(put), problemType('method-not-allowed'));
  assert.equal(put.headers.get('allow'), 'GET, HEAD');
  assert.equal((await edge.call('OPTIONS', '/v1/deliveryrequests')).status, 405);
  assert.equal(upstream.seen.length, 0);
});

test('without a valid token nothing but anonymous routes reaches a service', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const expired = edge.issuer.token({ sub: 's', roles: ['shipper'], businessId: 'b1' }, { expiresInS: -3600 });
  for (const authorization of [
    '',
    'Bearer',
    'Bearer x',
    `Bearer ${expired}`,
    `Basic ${edge.shipper}`,
    `Bearer ${edge.shipper}x`,
  ]) {
    const response = await edge.call('GET', '/v1/deliveries', { headers: { authorization } });
    assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer/);
    assert.equal(await problemOf(response), problemType('unauthenticated'), authorization);
  }
  assert.equal(upstream.seen.length, 0);
  const anonymous = await edge.call('GET', '/.well-known/jwks.json', { headers: { authorization: 'Bearer x' } });
  assert.equal(anonymous.status, 200);
});

test('request id and trace begin at the edge or pass through it; forged ones are replaced', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const passed = await edge.call('GET', '/v1/deliveries', { headers: { 'x-request-id': 'my-id', traceparent } });
  assert.equal(passed.headers.get('x-request-id'), 'my-id');
  assert.equal(upstream.seen[0]?.headers['x-request-id'], 'my-id');
  assert.match(String(upstream.seen[0]?.headers.traceparent), new RegExp(`^00-${'a'.repeat(32)}-[0-9a-f]{16}-01$`));
  assert.ok(!String(upstream.seen[0]?.headers.traceparent).includes('b'.repeat(16)), 'a hop of its own');

  const made = await edge.call('GET', '/v1/deliveries', { headers: { 'x-request-id': 'a b"c', traceparent: 'no' } });
  assert.match(made.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  assert.match(String(upstream.seen[1]?.headers.traceparent), /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
});

test('services see neither identity nor forwarding headers of clients, but the real address', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const forged = {
    'x-forwarded-for': '10.0.0.1',
    'x-user-id': 'root',
    'x-business-id': 'b2',
    forwarded: 'for=10.0.0.1',
  };
  await edge.call('GET', '/v1/deliveries', { headers: forged });
  const headers = upstream.seen[0]?.headers ?? {};
  assert.equal(headers['x-forwarded-for'], '127.0.0.1');
  for (const name of ['x-user-id', 'x-business-id', 'forwarded']) assert.equal(headers[name], undefined, name);
});

test('a business has its rate, whichever of its clients asks; others have their own', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url, { RATE_PER_S: '1', RATE_BURST: '3' });
  const colleague = edge.issuer.businessAdmin('b1');
  const stranger = edge.issuer.shipper('b2');
  const ask = () => edge.call('POST', '/v1/deliveryrequests', { body: '{}' });
  assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200);
  for (let i = 0; i < 2; i++) assert.equal((await ask()).status, 200, 'each counts once');
  for (const limited of [
    await edge.call('GET', '/v1/deliveries', { headers: { authorization: colleague } }),
    await ask(),
  ]) {
    assert.equal(limited.headers.get('retry-after'), '1');
    assert.equal(await problemOf(limited), problemType('too-many-requests'));
  }
  const other = await edge.call('GET', '/v1/deliveries', { headers: { authorization: stranger } });
  assert.equal(other.status, 200);
  assert.equal(upstream.seen.length, 4);
});

test('anonymous requests and guesses at tokens are limited by address', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url, { ANONYMOUS_RATE_PER_S: '1', ANONYMOUS_BURST: '3' });
  const guess = () => edge.call('GET', '/v1/deliveries', { headers: { authorization: 'Bearer guess' } });
  assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200, 'a token that is good costs no guess');
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await guess()).status);
  assert.deepEqual(statuses, [401, 401, 401, 429]);
  assert.equal((await edge.call('GET', '/')).status, 429);
  assert.equal((await fetch(`${edge.url}/openapi.json`)).status, 429, 'what the edge answers itself');
  assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200, 'a token that is known has its own limit');
  const fresh = { headers: { authorization: edge.issuer.shipper('b9') } };
  assert.equal((await edge.call('GET', '/v1/deliveries', fresh)).status, 429, 'what may be a guess is not looked at');
});

test('while nobody can tell whether a token is good, it is no guess', async () => {
  await using upstream = await startUpstream();
  const settings = {
    JWKS_URL: `http://127.0.0.1:${await freePort()}/`,
    ANONYMOUS_RATE_PER_S: '1',
    ANONYMOUS_BURST: '2',
  };
  await using edge = await startEdge(upstream.url, settings);
  for (let i = 0; i < 4; i++) assert.equal((await edge.call('GET', '/v1/deliveries')).status, 503);
});

test('probes answer without a token', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  for (const probe of ['startup', 'live', 'ready'])
    assert.equal((await fetch(`${edge.url}/healthz/${probe}`)).status, 200);
  assert.equal(upstream.seen.length, 0);
});

test('the OpenAPI document describes the public API and nothing else', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const document = (await (await fetch(`${edge.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  const described = Object.values(document.paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0);
  assert.equal(described, edgeRoutes.length);
  assert.ok(!('put' in (document.paths['/v1/deliveries/{id}'] ?? {})));
});

test('for a moment the edge turns away in the place of a service that has no room, and asks it again after that', async () => {
  const problem = { type: problemType('queue-full'), title: 'full', status: 503 };
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '4' });
    response.end(JSON.stringify(problem));
  });
  await using edge = await startEdge(upstream.url);
  const ask = async () => {
    const reached = upstream.seen.length;
    const answer = await edge.call('POST', '/v1/deliveryrequests', { body: '{}' });
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '4']);
    return { answer, hasReached: upstream.seen.length > reached };
  };
  assert.ok((await ask()).hasReached);
  const own = await eventually(async () => {
    const { answer, hasReached } = await ask();
    return hasReached ? undefined : answer;
  });
  assert.equal(await problemOf(own), problemType('queue-full'));
  assert.equal((await edge.call('GET', '/v1/deliveryrequests')).status, 405);
  await eventually(async () => (await ask()).hasReached);
});
