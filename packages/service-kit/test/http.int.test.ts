import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { operation, operations, Problem } from '@dronedelivery/contracts';
import { deliveryRequest, startTokenIssuer, type TestTokenIssuer } from '@dronedelivery/testing';
import Type from 'typebox';
import { AppError } from '../src/app-error.ts';
import { createTokenVerifier } from '../src/auth.ts';
import { createHttpServer, ForeignAnswer, type HttpServer, registerOperation } from '../src/http.ts';
import { createLogger, silentLogger } from '../src/logger.ts';
import { compileCheck } from '../src/schema-check.ts';
import { currentTrace } from '../src/trace-context.ts';
import { slow } from './slow-operation.ts';

const crash = operation({ ...slow, id: 'crash', path: '/v1/crash' });
const foreign = operation({ ...slow, id: 'foreign', path: '/v1/foreign' });
const html = operation({ ...slow, id: 'html', path: '/page', responseMediaType: 'text/html' });
const form = operation({
  ...slow,
  id: 'form',
  method: 'POST',
  path: '/v1/form',
  body: Type.Object({ grant_type: Type.String() }),
  bodyMediaType: 'application/x-www-form-urlencoded',
  responses: { 200: Type.Object({ grant_type: Type.String() }) },
});
const business = operation({
  ...slow,
  id: 'business',
  path: '/v1/business',
  access: { kind: 'roles', roles: ['shipper', 'operator', 'service', 'drone'] },
  query: Type.Object({ businessId: Type.Optional(Type.String()) }, { additionalProperties: false }),
});
const businessWrite = operation({ ...business, id: 'businessWrite', method: 'PUT' });

describe('the HTTP server', () => {
  let issuer: TestTokenIssuer;
  let server: HttpServer;
  let url: string;
  const lines: Record<string, unknown>[] = [];
  const released = Promise.withResolvers<void>();

  before(async () => {
    issuer = await startTokenIssuer();
    const logger = createLogger({ service: 'test', level: 'info', write: (line) => lines.push(JSON.parse(line)) });
    const verifier = createTokenVerifier({
      issuer: issuer.issuer,
      audience: 'drone-delivery',
      jwksUrl: issuer.jwksUrl,
    });
    server = createHttpServer({
      name: 'test',
      host: '127.0.0.1',
      port: 0,
      logger,
      verifier,
      bodyLimitBytes: 20_000,
      requestTimeoutMs: 200,
    });
    registerOperation(server, operations.createDeliveryRequest, ({ body, headers, principal }) => ({
      status: 202,
      headers: { location: '/v1/deliveries/d1', 'x-key': headers['idempotency-key'] ?? '' },
      body: {
        ...body,
        deliveryId: 'd1',
        ownerId: principal.ownerId ?? '',
        deadline: body.deadline || body.pickupTime,
        packageInfo: { ...body.packageInfo, packageId: 'p1' },
      },
    }));
    registerOperation(server, operations.getDelivery, ({ params }) => {
      throw new AppError('not-found', `no ${params.id}`, { retryAfterS: 1 });
    });
    registerOperation(server, operations.listDeliveries, ({ query, log }) => {
      log.info({ query, trace: currentTrace() }, 'listed');
      return { status: 200, body: { items: [] } };
    });
    registerOperation(server, slow, async ({ signal }) => {
      await Promise.race([released.promise, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
      return { status: 200, body: signal.aborted ? 'late' : 'done' };
    });
    registerOperation(server, crash, () => {
      throw new Error('secret of the house');
    });
    registerOperation(
      server,
      foreign,
      () => new ForeignAnswer({ status: 401, mediaType: 'application/json', body: '{"error":"x"}' }),
    );
    registerOperation(server, html, () => ({ status: 200, body: '<p>hello' }));
    registerOperation(server, form, ({ body }) => ({ status: 200, body }));
    registerOperation(server, business, (request) => ({ status: 200, body: request.business() }));
    registerOperation(server, businessWrite, (request) => ({ status: 200, body: request.business() }));
    url = await server.listen();
  });

  after(async () => {
    released.resolve();
    await server.close();
    await issuer[Symbol.asyncDispose]();
  });

  const isProblem = compileCheck(Problem);
  const call = async (method: string, path: string, { body, ...headers }: Record<string, string> = {}) => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: issuer.shipper('b1'), 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') === true && text !== '';
    const json = isJson ? JSON.parse(text) : undefined;
    if (answer.headers.get('content-type')?.startsWith('application/problem+json'))
      assert.equal(isProblem(json), undefined);
    return { status: answer.status, headers: answer.headers, text, json };
  };
  const request = JSON.stringify(deliveryRequest(Date.now()));
  const codeOf = (answer: { json: { type: string } }) => answer.json.type.split(':').at(-1);

  test('answers as the operation says, with headers, and echoes a sane request id', async () => {
    const answer = await call('POST', '/v1/deliveryrequests', {
      body: request,
      'x-request-id': 'mine-1',
      'idempotency-key': 'k1',
    });
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.get('location'), '/v1/deliveries/d1');
    assert.equal(answer.headers.get('x-key'), 'k1');
    assert.equal(answer.headers.get('x-request-id'), 'mine-1');
    assert.equal(answer.json.ownerId, 'owner-1');
    const other = await call('POST', '/v1/deliveryrequests', { body: request, 'x-request-id': 'a b' });
    assert.match(other.headers.get('x-request-id') ?? '', /^[\da-f-]{36}$/);
  });

  test('lists what is wrong in all parts at once, and coerces no body', async () => {
    const bad = JSON.stringify({ ...deliveryRequest(0), expedited: 'true', x: 1 });
    const answer = await call('POST', '/v1/deliveryrequests?debug=1', { body: bad, 'idempotency-key': '-bad' });
    assert.equal(answer.status, 400);
    assert.equal(codeOf(answer), 'validation-failed');
    assert.deepEqual(
      answer.json.errors.map(({ in: part, path }: { in: string; path: string }) => `${part} ${path}`).sort(),
      ['body /expedited', 'body /x', 'header idempotency-key', 'query debug'],
    );
  });

  test('reads numbers of a query strictly and fills its defaults', async () => {
    assert.equal((await call('GET', '/v1/deliveries?limit=7')).status, 200);
    assert.equal((await call('GET', '/v1/deliveries')).status, 200);
    const seen = lines.filter(({ msg }) => msg === 'listed').map(({ query }) => (query as { limit: number }).limit);
    assert.deepEqual(seen.slice(-2), [7, 50]);
    for (const limit of ['0x7', '7.5', ' 7', '7&limit=8', '', '1e1', '201', '-1']) {
      const answer = await call('GET', `/v1/deliveries?limit=${limit}`);
      assert.equal(answer.status, 400, limit);
      assert.deepEqual(answer.json.errors, [{ in: 'query', path: 'limit', expected: 'an integer from 1 to 200' }]);
    }
  });

  test('refuses bodies that it should not read', async () => {
    const post = (body: string, type = 'application/json') =>
      call('POST', '/v1/deliveryrequests', { body, 'content-type': type });
    const cases: [string, string | undefined, number, string][] = [
      ['{"a":1,"a":2}', undefined, 400, 'malformed-body'],
      ['{', undefined, 400, 'malformed-body'],
      ['', undefined, 400, 'malformed-body'],
      ['{"__proto__":1}', undefined, 400, 'malformed-body'],
      [`[${' '.repeat(30_000)}]`, undefined, 413, 'body-too-large'],
      [request, 'text/plain', 415, 'unsupported-media-type'],
      [request, 'application/json; charset=latin1', 415, 'unsupported-media-type'],
      [request, 'application/x-www-form-urlencoded', 415, 'unsupported-media-type'],
      [request, 'application/jsonp', 415, 'unsupported-media-type'],
    ];
    for (const [body, type, status, code] of cases) {
      const answer = await post(body, type);
      assert.deepEqual([answer.status, codeOf(answer)], [status, code], `${type} ${body.slice(0, 20)}`);
    }
    assert.equal((await post(request, 'application/json; charset=UTF-8')).status, 202);
    const withBody = await call('PUT', '/v1/business', { body: '{}' });
    assert.deepEqual([withBody.status, codeOf(withBody)], [400, 'malformed-body']);
  });

  test('reads forms where an operation has one, each field once', async () => {
    const post = (body: string) =>
      call('POST', '/v1/form', { body, 'content-type': 'application/x-www-form-urlencoded' });
    assert.deepEqual((await post('grant_type=a%20b')).json, { grant_type: 'a b' });
    assert.equal(codeOf(await post('grant_type=a&grant_type=b')), 'malformed-body');
    assert.equal((await call('POST', '/v1/form', { body: '{"grant_type":"x"}' })).status, 415);
  });

  test('tells unknown paths from unknown methods', async () => {
    assert.equal(codeOf(await call('GET', '/v1/nothing')), 'not-found');
    const malformed = await call('GET', '/v1/%zz');
    assert.equal(codeOf(malformed), 'not-found');
    assert.equal(malformed.headers.get('x-request-id'), malformed.json.requestId);
    const wrong = await call('DELETE', '/v1/deliveries/d1');
    assert.equal(codeOf(wrong), 'method-not-allowed');
    assert.equal(wrong.headers.get('allow'), 'GET, HEAD');
    assert.equal((await call('HEAD', '/v1/deliveries')).status, 200);
  });

  test('an expected failure carries its Retry-After; an unexpected one tells nothing and is logged', async () => {
    const expected = await call('GET', '/v1/deliveries/d9');
    assert.deepEqual([expected.status, expected.json.detail, expected.headers.get('retry-after')], [404, 'no d9', '1']);
    assert.equal(expected.json.instance, '/v1/deliveries/d9');
    const unexpected = await call('GET', '/v1/crash?token=abc', { 'x-request-id': 'crash-1' });
    assert.equal(unexpected.status, 400);
    const crashed = await call('GET', '/v1/crash', { 'x-request-id': 'crash-1' });
    assert.deepEqual([crashed.status, codeOf(crashed), crashed.json.requestId], [500, 'internal', 'crash-1']);
    assert.doesNotMatch(crashed.text, /secret/);
    const logged = lines.find(({ msg, requestId }) => msg === 'request failed' && requestId === 'crash-1');
    assert.match(JSON.stringify(logged), /secret of the house/);
  });

  test('answers in other forms where the operation or another specification asks for them', async () => {
    const refused = await call('GET', '/v1/foreign');
    assert.deepEqual([refused.status, refused.json], [401, { error: 'x' }]);
    const page = await call('GET', '/page');
    assert.deepEqual([page.headers.get('content-type'), page.text], ['text/html; charset=utf-8', '<p>hello']);
  });

  test('asks for a token, for a valid one, and for the right role', async () => {
    const without = await fetch(`${url}/v1/deliveries`);
    assert.equal(without.status, 401);
    assert.equal(without.headers.get('www-authenticate'), 'Bearer realm="drone-delivery"');
    const invalid = await call('GET', '/v1/deliveries', { authorization: 'Bearer x.y.z' });
    assert.equal(invalid.status, 401);
    assert.match(invalid.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
    assert.equal((await call('GET', '/v1/deliveries', { authorization: 'Basic abc' })).status, 401);
    const drone = await call('GET', '/v1/deliveries', { authorization: issuer.drone('d1') });
    assert.deepEqual([drone.status, codeOf(drone)], [403, 'forbidden']);
    // Before the body is read: what nobody may send is not parsed.
    assert.equal(
      (await call('POST', '/v1/deliveryrequests', { body: '{', authorization: issuer.drone('d1') })).status,
      403,
    );
  });

  test('takes the business from the token, or from a service or a reading operator', async () => {
    const get = (authorization: string, query = '', method = 'GET') =>
      call(method, `/v1/business${query}`, { authorization });
    assert.equal((await get(issuer.shipper('b1'))).json, 'b1');
    assert.equal((await get(issuer.shipper('b1'), '?businessId=b1')).json, 'b1');
    assert.equal((await get(issuer.shipper('b1'), '?businessId=b2')).status, 403);
    assert.equal((await get(issuer.service('s'), '?businessId=b2')).json, 'b2');
    assert.equal((await get(issuer.service('s'), '?businessId=b2', 'PUT')).json, 'b2');
    assert.equal((await get(issuer.service('s'))).status, 400);
    assert.equal((await get(issuer.operator(), '?businessId=b2')).json, 'b2');
    assert.equal((await get(issuer.operator(), '?businessId=b2', 'PUT')).status, 403);
    assert.equal((await get(issuer.drone('d'), '?businessId=b2')).status, 403);
  });

  test('a handler that takes too long is told so, and answered for', async () => {
    const answer = await call('GET', '/v1/slow');
    assert.deepEqual([answer.status, codeOf(answer), answer.headers.get('retry-after')], [503, 'unavailable', '1']);
  });

  test('continues the trace of the caller into the logs', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    await call('GET', '/v1/deliveries', { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, 'x-request-id': 'traced' });
    const line = lines.find(({ requestId }) => requestId === 'traced');
    assert.equal(line?.trace_id, traceId);
    assert.notEqual(line?.span_id, '00f067aa0ba902b7');
  });

  test('what is no HTTP, or has too many headers, is refused as a problem', async () => {
    assert.match(await raw('NONSENSE\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*malformed-request/);
    assert.match(
      await raw(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`),
      /^HTTP\/1\.1 431 [\s\S]*headers-too-large/,
    );
  });

  test('an expectation that it does not know changes nothing', async () => {
    const head = ['GET /page HTTP/1.1', 'host: x', 'expect: the-unexpected', 'connection: close'];
    assert.match(await raw(`${head.join('\r\n')}\r\n\r\n`), /^HTTP\/1\.1 200 [\s\S]*<p>hello/);
  });

  test('describes itself by OpenAPI 3.1 and answers probes', async () => {
    const { json } = await call('GET', '/openapi.json');
    assert.equal(json.openapi, '3.1.0');
    const described = json.paths['/v1/deliveries/{id}'].get;
    assert.deepEqual(described['x-roles'], ['shipper', 'business-admin', 'operator', 'service']);
    assert.ok(described.responses['200'] && described.responses['404'] && described.responses['401']);
    assert.equal(described.parameters[0].in, 'path');
    assert.deepEqual(json.paths['/v1/slow'].get.security, []);
    for (const probe of ['startup', 'live', 'ready'])
      assert.equal((await call('GET', `/healthz/${probe}`)).status, 200);
  });

  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }
});

test('a client that sends too slowly is cut off', async () => {
  const server = createHttpServer({
    name: 't',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    receiveTimeoutMs: 200,
  });
  registerOperation(server, form, ({ body }) => ({ status: 200, body }));
  const url = await server.listen();
  const head = 'POST /v1/form HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded';
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      socket.write(`${head}\r\ncontent-length: 100\r\n\r\ngrant`),
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
  });
  assert.match(answer, /^HTTP\/1\.1 408 [\s\S]*problem\+json[\s\S]*request-timeout/);
  await server.close();
});
