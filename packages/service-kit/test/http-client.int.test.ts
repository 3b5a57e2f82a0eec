import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { operation, operations } from '@dronedelivery/contracts';
import { freePort, startTokenIssuer } from '@dronedelivery/testing';
import Type from 'typebox';
import { createServiceClient, RemoteError, type ServiceClientOptions, TransientError } from '../src/http-client.ts';
import { continuedTrace, runInTrace } from '../src/trace-context.ts';

const base = { service: 'delivery', summary: '', public: false, access: { kind: 'anonymous' }, errors: [] } as const;
const read = operation({
  ...base,
  id: 'read',
  method: 'GET',
  path: '/v1/things/:id',
  params: Type.Object({ id: Type.String() }),
  query: Type.Object({ year: Type.Optional(Type.Integer()) }),
  responses: { 200: Type.Object({ n: Type.Integer() }) },
});
const post = operation({
  ...base,
  id: 'post',
  method: 'POST',
  path: '/v1/things',
  body: Type.Object({}),
  responses: { 204: null },
});
const parts = { params: { id: 'a/b ?' }, query: { year: 2026 } };

interface StandIn extends AsyncDisposable {
  readonly url: string;
  readonly requests: {
    readonly method: string;
    readonly url: string;
    readonly headers: Record<string, unknown>;
    readonly body: string;
  }[];
  readonly server: Server;
}

async function standIn(answer: RequestListener): Promise<StandIn> {
  const requests: StandIn['requests'] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    server,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const problem = (status: number, code: string, headers: Record<string, string> = {}): RequestListener =>
  json(
    status,
    { type: `urn:drone-delivery:problem:${code}`, title: 't', status, detail: 'because' },
    {
      'content-type': 'application/problem+json',
      ...headers,
    },
  );
const client = (urls: readonly string[], options: Partial<ServiceClientOptions> = {}) =>
  createServiceClient({
    name: 'delivery',
    baseUrls: urls,
    retryPauseMs: 5,
    retryPauseMsMax: 1000,
    timeoutMs: 1000,
    ...options,
  });
const transient =
  (kind: string, more: Partial<TransientError> = {}) =>
  (error: unknown) => {
    assert.ok(error instanceof TransientError, String(error));
    assert.equal(error.kind, kind);
    for (const [name, value] of Object.entries(more)) assert.equal(error[name as keyof TransientError], value, name);
    return true;
  };

describe('a service client', () => {
  test('encodes a call, sends trace and token, and checks the answer', async () => {
    await using issuer = await startTokenIssuer();
    await using server = await standIn(json(200, { n: 1 }));
    const { createClientCredentials } = await import('../src/auth.ts');
    const { silentLogger } = await import('../src/logger.ts');
    const tokenSource = createClientCredentials({
      tokenUrl: issuer.tokenUrl,
      clientId: 'c',
      clientSecret: 's',
      logger: silentLogger,
    });
    await using one = client([server.url], { tokenSource });
    const secured = { ...read, access: operations.getDelivery.access };
    const trace = continuedTrace(undefined);
    const answer = await runInTrace(trace, () => one.call(secured, parts));
    assert.deepEqual(answer, { status: 200, body: { n: 1 } });
    const [request] = server.requests;
    assert.equal(request?.url, '/v1/things/a%2Fb%20%3F?year=2026');
    assert.match(String(request?.headers.authorization), /^Bearer ey/);
    assert.match(String(request?.headers.traceparent), new RegExp(`^00-${trace.traceId}-`));
    await one.call(secured, parts, { authorization: 'Bearer theirs' });
    assert.equal(server.requests[1]?.headers.authorization, 'Bearer theirs');
  });

  test('a refusal is a RemoteError with its code, and is not repeated', async () => {
    await using server = await standIn(problem(404, 'not-found', { 'retry-after': '1' }));
    await using one = client([server.url]);
    await assert.rejects(one.call(read, parts), (error: RemoteError) => {
      assert.ok(error instanceof RemoteError);
      assert.deepEqual(
        [error.code, error.status, error.detail, error.retryAfterMs],
        ['not-found', 404, 'because', 1000],
      );
      return true;
    });
    assert.equal(server.requests.length, 1);
  });

  test('repeats what may be repeated until it works', async () => {
    let failures = 2;
    await using server = await standIn((request, response) =>
      (failures-- > 0 ? problem(503, 'unavailable') : json(200, { n: 2 }))(request, response),
    );
    await using one = client([server.url]);
    assert.deepEqual((await one.call(read, parts)).body, { n: 2 });
    assert.equal(server.requests.length, 3);
  });

  test('does not repeat a POST, nor one that was told to wait for long', async () => {
    await using busy = await standIn(problem(503, 'outcome-unknown'));
    await using one = client([busy.url]);
    await assert.rejects(
      one.call(post, { body: {} }),
      transient('server-error', { code: 'outcome-unknown', status: 503 }),
    );
    assert.equal(busy.requests.length, 1);
    await using limited = await standIn(problem(429, 'too-many-requests', { 'retry-after': '60' }));
    await using two = client([limited.url]);
    await assert.rejects(
      two.call(read, parts),
      transient('too-many-requests', { retryAfterMs: 60_000, mayHaveHappened: false }),
    );
    assert.equal(limited.requests.length, 1);
  });

  test('a call for which there is another way is made once', async () => {
    await using busy = await standIn(problem(503, 'unavailable'));
    await using one = client([busy.url]);
    await assert.rejects(one.call(read, parts, { once: true }), transient('server-error'));
    assert.equal(busy.requests.length, 1);
  });

  test('a call that hangs ends in time, in the headers and in the body', async () => {
    for (const begin of [
      () => undefined,
      (response: Parameters<RequestListener>[1]) => response.writeHead(200).write('{'),
    ]) {
      await using server = await standIn((_, response) => void begin(response));
      await using one = client([server.url], { timeoutMs: 60, attemptsMax: 1 });
      const startedAt = performance.now();
      await assert.rejects(one.call(read, parts), transient('timeout', { mayHaveHappened: true }));
      assert.ok(performance.now() - startedAt < 10_000);
    }
  });

  test('an answer that is not what was promised is a fault of the other side', async () => {
    for (const body of [
      json(200, { n: 'x' }),
      json(200, 7),
      (_: unknown, response: Parameters<RequestListener>[1]) => void response.end('<html>'),
    ]) {
      await using server = await standIn(body as RequestListener);
      await using one = client([server.url], { attemptsMax: 1 });
      await assert.rejects(one.call(read, parts), transient('bad-answer'));
    }
    await using endless = await standIn(json(200, { n: 1, pad: 'x'.repeat(5000) }));
    await using bounded = client([endless.url], { attemptsMax: 1, answerBytesMax: 1000 });
    await assert.rejects(bounded.call(read, parts), transient('bad-answer'));
  });

  test('a replica that refuses the connection is passed over, also by a POST', async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    await using alive = await standIn((_, response) => void response.writeHead(204).end());
    await using one = client([dead, alive.url]);
    for (let call = 0; call < 4; call++) assert.equal((await one.call(post, { body: {} })).status, 204);
    assert.equal(alive.requests.length, 4);
    await using none = client([dead], { attemptsMax: 1 });
    await assert.rejects(none.call(post, { body: {} }), transient('connection', { mayHaveHappened: false }));
  });

  test('a connection that breaks under a POST is not tried elsewhere', async () => {
    await using breaking = await standIn((request) => void request.socket.destroy());
    await using other = await standIn((_, response) => void response.writeHead(204).end());
    await using one = client([breaking.url, other.url]);
    await assert.rejects(one.call(post, { body: {} }), transient('connection', { mayHaveHappened: true }));
    assert.equal(other.requests.length, 0);
    assert.equal((await one.call({ ...post, idempotent: true }, { body: {} })).status, 204);
  });

  test('replicas take turns', async () => {
    await using a = await standIn(json(200, { n: 1 }));
    await using b = await standIn(json(200, { n: 2 }));
    await using one = client([a.url, b.url]);
    for (let call = 0; call < 10; call++) await one.call(read, parts);
    assert.deepEqual([a.requests.length, b.requests.length], [5, 5]);
  });

  test('the breaker opens on faults, tells it, sends nothing, and closes again', async () => {
    let isBroken = true;
    await using server = await standIn((request, response) =>
      (isBroken ? problem(500, 'internal') : json(200, { n: 1 }))(request, response),
    );
    await using one = client([server.url], { attemptsMax: 1, breakerWindowMs: 1000, breakerPauseMs: 50 });
    const states: string[] = [];
    one.onBreakerChange((state) => states.push(state));
    const state = () => one.breakerState;
    for (let call = 0; state() !== 'open'; call++) {
      assert.ok(call < 100, 'the breaker stayed closed');
      await assert.rejects(one.call(read, parts));
    }
    const seen = server.requests.length;
    await assert.rejects(one.call(read, parts), transient('breaker-open', { mayHaveHappened: false }));
    assert.equal(server.requests.length, seen);
    isBroken = false;
    for (let call = 0; state() !== 'closed'; call++) {
      assert.ok(call < 1000, 'the breaker stayed open');
      await one.call(read, parts).catch(() => new Promise((resolve) => setTimeout(resolve, 5)));
    }
    assert.deepEqual(states, ['open', 'half-open', 'closed']);
  });

  test('refusals leave the breaker closed', async () => {
    await using server = await standIn(problem(409, 'conflict'));
    await using one = client([server.url], { breakerWindowMs: 1000 });
    for (let call = 0; call < 50; call++) await assert.rejects(one.call(read, parts), RemoteError);
    assert.equal(one.breakerState, 'closed');
  });

  test('the bulkhead bounds calls and those that wait', async () => {
    let most = 0;
    let now = 0;
    const waiting: (() => void)[] = [];
    await using server = await standIn((request, response) => {
      most = Math.max(most, ++now);
      waiting.push(() => {
        now--;
        json(200, { n: 1 })(request, response);
      });
    });
    await using one = client([server.url], { concurrencyMax: 3, queueMax: 2, timeoutMs: 5000 });
    const calls = Array.from({ length: 7 }, () => one.call(read, parts));
    const settled = Promise.allSettled(calls);
    const ticker = setInterval(() => waiting.shift()?.(), 5);
    const outcomes = await settled;
    clearInterval(ticker);
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 5);
    for (const outcome of outcomes) if (outcome.status === 'rejected') transient('bulkhead-full')(outcome.reason);
    assert.equal(most, 3);
  });

  test('a caller that gives up ends the call at once', async () => {
    await using server = await standIn(() => undefined);
    await using one = client([server.url], { timeoutMs: 10_000 });
    const abort = new AbortController();
    const call = one.call(read, parts, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('no longer wanted')), 20);
    await assert.rejects(call, /no longer wanted/);
    assert.equal(one.breakerState, 'closed');
  });

  test('a refused token is replaced once', async () => {
    let fetched = 0;
    await using server = await standIn((request, response) =>
      (request.headers.authorization === 'Bearer token-2' ? json(200, { n: 1 }) : problem(401, 'unauthenticated'))(
        request,
        response,
      ),
    );
    let isStale = true;
    const tokenSource = {
      token: async () => (isStale ? 'token-1' : 'token-2'),
      invalidate: () => {
        fetched++;
        isStale = false;
      },
    };
    await using one = client([server.url], { tokenSource });
    assert.equal((await one.call({ ...read, access: operations.getDelivery.access }, parts)).status, 200);
    assert.equal(fetched, 1);
  });
});
