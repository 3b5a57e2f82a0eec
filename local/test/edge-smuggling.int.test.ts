import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allOperations, edgeRoutes } from '@dronedelivery/contracts';
import { startEdge, startUpstream } from './edge-fixture.ts';

const statusesOf = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
/** What an attacker hopes that one of two readers takes for a request of its own. */
const hidden = 'GET /v1/deliveries/smuggled HTTP/1.1\r\nHost: edge\r\n\r\n';
const lastChunk = '0\r\n\r\n';

/** Messages that two parsers may end at different places, by the lines after the request line, then the body. */
const unclear: Readonly<Record<string, readonly [head: string, body: string]>> = {
  'a length and an encoding': ['Content-Length: 5\r\nTransfer-Encoding: chunked', lastChunk],
  'an encoding and a length': ['Transfer-Encoding: chunked\r\nContent-Length: 5', lastChunk],
  'two lengths': ['Content-Length: 5\r\nContent-Length: 2', lastChunk],
  'one length twice': ['Content-Length: 5\r\nContent-Length: 5', lastChunk],
  'a list of lengths': ['Content-Length: 5, 5', lastChunk],
  'a length with a sign': ['Content-Length: +5', lastChunk],
  'a negative length': ['Content-Length: -5', lastChunk],
  'a hexadecimal length': ['Content-Length: 0x5', lastChunk],
  'a length over 64 bits': ['Content-Length: 18446744073709551621', lastChunk],
  'an empty length': ['Content-Length: ', lastChunk],
  'a space before the colon of the length': ['Content-Length : 5', lastChunk],
  'a space before the colon of the encoding': ['Transfer-Encoding : chunked', lastChunk],
  'an unknown encoding': ['Transfer-Encoding: xchunked', lastChunk],
  'another encoding before chunked': ['Transfer-Encoding: gzip, chunked', lastChunk],
  'an unknown encoding before chunked': ['Transfer-Encoding: x, chunked', lastChunk],
  'an encoding after chunked': ['Transfer-Encoding: chunked, identity', lastChunk],
  'chunked twice': ['Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', lastChunk],
  'chunked, then identity': ['Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', lastChunk],
  'chunked in quotes': ['Transfer-Encoding: "chunked"', lastChunk],
  'chunked with a parameter': ['Transfer-Encoding: chunked;q=1', lastChunk],
  'chunked after a vertical tab': ['Transfer-Encoding: \u000bchunked', lastChunk],
  'chunked before a NUL': ['Transfer-Encoding: chunked\0', lastChunk],
  'an empty encoding': ['Transfer-Encoding: \r\nContent-Length: 5', lastChunk],
  'an encoding on a folded line': ['Transfer-Encoding:\r\n chunked', lastChunk],
  'a folded line': ['X: y\r\n Content-Length: 5', lastChunk],
  'a header line that ends in a bare LF': ['X: y\nTransfer-Encoding: chunked', lastChunk],
  'a bare CR within a line': ['X: y\rTransfer-Encoding: chunked', lastChunk],
  'a NUL within a line': ['X: y\0\r\nTransfer-Encoding: chunked', lastChunk],
  'a length among the trailers': ['Transfer-Encoding: chunked', '0\r\nContent-Length: 5\r\n\r\n'],
  'a chunk size with 0x': ['Transfer-Encoding: chunked', `0x2\r\n{}\r\n${lastChunk}`],
  'a chunk size with a sign': ['Transfer-Encoding: chunked', `+2\r\n{}\r\n${lastChunk}`],
  'a negative chunk size': ['Transfer-Encoding: chunked', `-2\r\n{}\r\n${lastChunk}`],
  'a chunk size over 64 bits': ['Transfer-Encoding: chunked', `10000000000000002\r\n{}\r\n${lastChunk}`],
  'a chunk without a size': ['Transfer-Encoding: chunked', `\r\n{}\r\n${lastChunk}`],
  'a chunk size that ends in a bare LF': ['Transfer-Encoding: chunked', `2\n{}\r\n${lastChunk}`],
  'a chunk extension that ends in a bare LF': ['Transfer-Encoding: chunked', `2;a\n{}\r\n${lastChunk}`],
  'a chunk that ends in a bare LF': ['Transfer-Encoding: chunked', `2\r\n{}\n${lastChunk}`],
  'a chunk that is longer than it says': ['Transfer-Encoding: chunked', `2\r\n{}{}\r\n${lastChunk}`],
  'a last chunk without its end': ['Transfer-Encoding: chunked', '0\r\n'],
};

test('a message whose end is unclear is refused with 400, and nothing behind it is heard', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  for (const [what, [head, body]] of Object.entries(unclear)) {
    const lines = ['POST /v1/deliveryrequests HTTP/1.1', 'Host: edge', `Authorization: Bearer ${edge.shipper}`, head];
    const answer = await edge.raw(`${lines.join('\r\n')}\r\n\r\n${body}${hidden}`);
    assert.deepEqual(statusesOf(answer), [400], `${what}: ${answer.slice(0, 300)}`);
    assert.match(answer, /problem:malformed-request/, what);
    assert.match(answer, /connection: close/, what);
    assert.equal((await edge.call('GET', '/v1/packages/beside')).status, 200, what);
  }
  assert.deepEqual([...new Set(upstream.seen.map(({ url }) => url))], ['/v1/packages/beside']);
});

test('a head that leaves open who is asked, or who asks, is refused with 400, and nothing behind it is heard', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const auth = `Authorization: Bearer ${edge.shipper}`;
  const heads: Readonly<Record<string, string>> = {
    'no host': `GET /v1/deliveries HTTP/1.1\r\n${auth}`,
    'two hosts': `GET /v1/deliveries HTTP/1.1\r\nHost: edge\r\nhost: other\r\n${auth}`,
    'a host with a path': `GET /v1/deliveries HTTP/1.1\r\nHost: edge/v1\r\n${auth}`,
    'a host with a user': `GET /v1/deliveries HTTP/1.1\r\nHost: user@edge\r\n${auth}`,
    'two authorizations': `GET /v1/deliveries HTTP/1.1\r\nHost: edge\r\n${auth}\r\nauthorization: Bearer other`,
    'an encoding in HTTP/1.0': `GET /v1/deliveries HTTP/1.0\r\n${auth}\r\nTransfer-Encoding: chunked`,
    'HTTP/0.9': `GET /v1/deliveries\r\n${auth}`,
    'HTTP/1.2': `GET /v1/deliveries HTTP/1.2\r\nHost: edge\r\n${auth}`,
    'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM',
    'a tab in the request line': `GET\t/v1/deliveries HTTP/1.1\r\nHost: edge\r\n${auth}`,
    'a method in lower case': `get /v1/deliveries HTTP/1.1\r\nHost: edge\r\n${auth}`,
    'a line before the first header': `GET /v1/deliveries HTTP/1.1\r\n X: y\r\nHost: edge\r\n${auth}`,
  };
  for (const [what, head] of Object.entries(heads)) {
    const answer = await edge.raw(`${head}\r\n\r\n${hidden.replace('\r\n', `\r\n${auth}\r\n`)}`);
    assert.deepEqual(statusesOf(answer), [400], `${what}: ${answer.slice(0, 300)}`);
    assert.match(answer, /problem:malformed-request/, what);
  }
  const early = `POST /v1/deliveryrequests HTTP/1.0\r\n${auth}\r\nTransfer-Encoding: chunked\r\n\r\n${lastChunk}`;
  assert.deepEqual(statusesOf(await edge.raw(early)), [400], 'a whole body in an encoding that HTTP/1.0 does not know');
  assert.equal(upstream.seen.length, 0);
});

test('the body of a request is never taken for a request, also where no body is expected', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const head = `Host: edge\r\nAuthorization: Bearer ${edge.shipper}`;
  const withBody = `GET /v1/deliveries HTTP/1.1\r\n${head}\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`;
  const answer = await edge.raw(`${withBody}GET /v1/packages/p HTTP/1.1\r\n${head}\r\nConnection: close\r\n\r\n`);
  assert.deepEqual(statusesOf(answer), [200, 200]);
  assert.deepEqual(
    upstream.seen.map(({ url, body }) => `${url} ${body}`),
    ['/v1/deliveries ', '/v1/packages/p '],
  );
});

test('an upgrade is not made, a tunnel not opened', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const head = `Host: edge\r\nAuthorization: Bearer ${edge.shipper}`;
  for (const protocol of ['websocket', 'h2c', 'TLS/1.0']) {
    const upgrade = `Connection: Upgrade, close, HTTP2-Settings\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABk`;
    const answer = await edge.raw(`GET /v1/deliveries HTTP/1.1\r\n${head}\r\n${upgrade}\r\n\r\n`);
    assert.deepEqual(statusesOf(answer), [200], protocol);
    const { headers } = upstream.seen.at(-1) ?? assert.fail('nothing was forwarded');
    for (const name of ['upgrade', 'http2-settings']) assert.equal(headers[name], undefined, name);
  }
  for (const target of ['internal:80', '/v1/deliveries']) {
    assert.deepEqual(statusesOf(await edge.raw(`CONNECT ${target} HTTP/1.1\r\n${head}\r\n\r\n${hidden}`)), [], target);
  }
  assert.equal(upstream.seen.length, 3);
});

test('what a client says about the connection, or about itself, reaches no service', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const forged = [
    'TE: trailers',
    'Trailer: authorization',
    'Keep-Alive: timeout=9999',
    'Proxy-Connection: keep-alive',
    'Proxy-Authorization: Basic eDp5',
    'X-Forwarded-For: 10.0.0.1',
    'X-Forwarded-Host: internal',
    'X-Forwarded-Proto: https',
    'X-Real-IP: 10.0.0.1',
    'X-Original-URL: /v1/dronedeliveries/d1',
    'X-Rewrite-URL: /v1/dronedeliveries/d1',
    'X-HTTP-Method-Override: PUT',
    'X-MS-Client-Principal: e30=',
    'X-Business-Id: b2',
    'Tracestate: a=1',
  ];
  const head = ['GET /v1/deliveries HTTP/1.1', 'Host: edge', `Authorization: Bearer ${edge.shipper}`, ...forged];
  await edge.raw(`${head.join('\r\n')}\r\nConnection: close, x-forwarded-for, x-request-id, tracestate\r\n\r\n`);
  const { host: _, ...headers } = upstream.seen[0]?.headers ?? assert.fail('nothing was forwarded');
  assert.deepEqual(Object.keys(headers).sort(), [
    ...['authorization', 'connection', 'traceparent', 'x-forwarded-for', 'x-request-id'],
  ]);
  assert.equal(headers['x-forwarded-for'], '127.0.0.1');
});

/** Ways to write a path so that somebody on the way may read another one. */
const disguises: Readonly<Record<string, (path: string) => string>> = {
  'as it is': (path) => path,
  'in absolute form': (path) => `http://internal${path}`,
  'after two slashes': (path) => `/${path}`,
  'with two slashes': (path) => path.replace(/\/(?=[^/]*$)/, '//'),
  'with a slash at the end': (path) => `${path}/`,
  'with a dot segment': (path) => path.replace(/\/(?=[^/]*$)/, '/./'),
  'through a public path': (path) => `/v1/packages/../..${path}`,
  'through a public path, encoded': (path) => `/v1/packages/%2e%2e/%2e%2e${path}`,
  'through a public path, encoded twice': (path) => `/v1/packages/%252e%252e/%252e%252e${path}`,
  'through a parameter': (path) => `/v1/packages/..%2f..${path.replaceAll('/', '%2f')}`,
  'with backslashes': (path) => path.replaceAll('/', '\\'),
  'with encoded backslashes': (path) => `/v1/packages/..%5c..${path.replaceAll('/', '%5c')}`,
  'with encoded slashes': (path) => `/${path.slice(1).replaceAll('/', '%2F')}`,
  'with overlong slashes': (path) => path.replaceAll('/', '%c0%af').replace('%c0%af', '/'),
  'with overlong dots': (path) => `/v1/packages/%c0%ae%c0%ae/%c0%ae%c0%ae${path}`,
  'with a path parameter': (path) => `${path};jsessionid=1`,
  'with path parameters on dots': (path) => `/v1/packages/..;/..;${path}`,
  'in upper case': (path) => path.toUpperCase(),
  'with a fragment': (path) => `${path}#/v1/deliveries`,
  'with a NUL': (path) => `${path}%00`,
  'with a line break': (path) => `${path}%0d%0aX:%20y`,
  'with a letter encoded': (path) => path.replace('/v1/d', '/v1/%64'),
};

test('no disguise leads to an internal operation', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const service = `Bearer ${edge.issuer.token({ sub: 's', roles: ['service'] })}`;
  for (const { method, path } of allOperations.filter((one) => !one.public)) {
    const target = path.replace(/:\w+/g, 'x1');
    for (const [what, disguise] of Object.entries(disguises)) {
      const head = [`${method} ${disguise(target)} HTTP/1.1`, 'Host: edge', `Authorization: ${service}`];
      const answer = await edge.raw(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n`);
      const [status = 0] = statusesOf(answer);
      assert.ok([400, 404, 405].includes(status), `${method} ${disguise(target)}, ${what}: ${answer.slice(0, 200)}`);
      assert.match(answer, /application\/problem\+json/, what);
    }
  }
  const reached = upstream.seen.map(({ method, url }) => `${method} ${url}`);
  assert.deepEqual(reached, []);
});

test('no disguise turns a public path into another one', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  for (const { method, path } of edgeRoutes.filter((one) => one.method === 'GET' && one.path.length > 1)) {
    const target = path.replace(/:\w+/g, 'x1');
    for (const [what, disguise] of Object.entries(disguises)) {
      const head = [`${method} ${disguise(target)} HTTP/1.1`, 'Host: edge', `Authorization: Bearer ${edge.shipper}`];
      await edge.raw(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n`);
      const { url = '' } = upstream.seen.pop() ?? {};
      // A letter that is encoded without need is the same letter to everybody.
      assert.ok(['', target].includes(decodeURIComponent(url)), `${disguise(target)}, ${what}, arrived as ${url}`);
    }
  }
});
