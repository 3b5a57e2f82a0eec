import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startEdge, startUpstream } from './edge-fixture.ts';

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

test('path tricks reach no service', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const tricks = [
    ...[
      '/v1/../v1/deliveries',
      '/v1/deliveries/..',
      '/v1/%2e%2e/v1/deliveries',
      '/v1/deliveries/a%2fb',
      '/v1//deliveries',
    ],
    ...['//v1/deliveries', '/v1/deliveries/a%00', '/v1/deliveries/a%5cb', '/v1/deliveries/a%252fb', '/v1/deliveries/%'],
    ...['/v1/deliveries/d1/outcome', '/V1/DELIVERIES', '/v1/dronedeliveries/utilization/..', '/v1/deliveries/a;b'],
  ];
  for (const trick of tricks) {
    const head = `GET ${trick} HTTP/1.1\r\nHost: edge\r\nAuthorization: Bearer ${edge.shipper}\r\nConnection: close`;
    const answer = await edge.raw(`${head}\r\n\r\n`);
    assert.ok([400, 404].includes(statusOf(answer)), `${trick} ${answer.slice(0, 100)}`);
    assert.match(answer, /application\/problem\+json/, trick);
  }
  assert.equal(upstream.seen.length, 0);
});

test('pairs of length and encoding that parsers read differently are refused', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const smuggled = 'GET /v1/smuggled HTTP/1.1\r\nHost: edge\r\n\r\n';
  const pairs = [
    ['Content-Length: 4', 'Transfer-Encoding: chunked'],
    ['Content-Length: 4', 'Content-Length: 5'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
    ['Transfer-Encoding: xchunked'],
    ['Transfer-Encoding : chunked'],
    ['Content-Length: +4'],
    ['Content-Length: 4, 4'],
  ];
  for (const pair of pairs) {
    const head = ['POST /v1/deliveryrequests HTTP/1.1', 'Host: edge', `Authorization: Bearer ${edge.shipper}`, ...pair];
    const answer = await edge.raw(`${head.join('\r\n')}\r\n\r\n0\r\n\r\n${smuggled}`);
    assert.ok(statusOf(answer) >= 400, `${pair}: ${answer.slice(0, 60)}`);
  }
  assert.ok(upstream.seen.every(({ url }) => !url.includes('smuggled')));
  assert.equal(upstream.seen.length, 0);
});

test('what is no HTTP, has no host or too many headers is a problem and a closed connection', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  assert.equal(statusOf(await edge.raw('nonsense\r\n\r\n')), 400);
  assert.equal(statusOf(await edge.raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')), 400);
  const flood = Array.from({ length: 2000 }, (_, i) => `X-Flood-${i}: ${'x'.repeat(50)}`).join('\r\n');
  const answer = await edge.raw(`GET / HTTP/1.1\r\nHost: edge\r\n${flood}\r\n\r\n`);
  assert.equal(statusOf(answer), 431);
  assert.match(answer, /headers-too-large/);
  const many = Array.from({ length: 101 }, (_, i) => `X-${i}: y`).join('\r\n');
  const refused = await edge.raw(`GET / HTTP/1.1\r\nHost: edge\r\n${many}\r\n\r\n`);
  assert.equal(statusOf(refused), 431, 'short ones, but many');
  assert.equal(upstream.seen.length, 0);
});

test('an address over the limit is 414', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const response = await edge.call('GET', `/v1/deliveries?cursor=${'x'.repeat(5000)}`);
  assert.equal(response.status, 414);
  assert.equal(upstream.seen.length, 0);
});

test('a body over the limit is 413, told or not told beforehand', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url, { BODY_LIMIT_BYTES: '10000' });
  const told = await edge.call('POST', '/v1/deliveryrequests', { body: 'x'.repeat(10_001) });
  assert.equal(told.status, 413);
  assert.equal(((await told.json()) as { type: string }).type, 'urn:drone-delivery:problem:body-too-large');
  assert.equal((await edge.call('POST', '/v1/deliveryrequests', { body: 'x'.repeat(10_000) })).status, 200);
  // A connection cut while the client still writes would cost it the answer.
  const large = 'x'.repeat(8_000_000);
  for (let i = 0; i < 10; i++) {
    const answer = await edge.call('POST', '/v1/deliveryrequests', { body: large });
    assert.deepEqual([answer.status, answer.headers.get('connection')], [413, 'keep-alive']);
  }
  assert.equal(upstream.seen.length, 1);
});

for (const [title, token, status] of [
  ['an endless body is cut off soon after the limit', true, 413],
  ['the endless body of a request without a token is not read to its end', false, 401],
] as const) {
  test(title, async () => {
    await using upstream = await startUpstream();
    await using edge = await startEdge(upstream.url, { BODY_LIMIT_BYTES: '100000' });
    const authorization = token ? `Authorization: Bearer ${edge.shipper}\r\n` : '';
    const head = `POST /v1/deliveryrequests HTTP/1.1\r\nHost: edge\r\n${authorization}Transfer-Encoding: chunked`;
    const { received, bytesWritten } = await pourUntilClosed(edge.url, `${head}\r\n\r\n`);
    // A reset may overtake the answer.
    assert.ok(received === '' || statusOf(received) === status, received.slice(0, 60));
    assert.ok(bytesWritten < 20_000_000, `${bytesWritten} bytes went out`);
    assert.equal(upstream.seen.length, 0);
  });
}

test('a slow head and a slow body end by timeout while others are served', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url, { RECEIVE_TIMEOUT_MS: '300' });
  const auth = `Host: edge\r\nAuthorization: Bearer ${edge.shipper}`;
  const slowHead = edge.raw('GET / HTTP/1.1\r\nHost: ed');
  const slowBody = edge.raw(`POST /v1/deliveryrequests HTTP/1.1\r\n${auth}\r\nContent-Length: 100\r\n\r\n{`);
  assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200);
  for (const answer of await Promise.all([slowHead, slowBody])) assert.equal(statusOf(answer), 408);
  assert.equal(upstream.seen.length, 1);
});

test('pipelined requests are answered in order, each by its own rules', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url);
  const one = (path: string, close = '') =>
    `GET ${path} HTTP/1.1\r\nHost: edge\r\nAuthorization: Bearer ${edge.shipper}\r\n${close}\r\n`;
  const answer = await edge.raw(
    one('/v1/deliveries') + one('/v1/nothing') + one('/v1/packages/p1', 'Connection: close\r\n'),
  );
  const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
  assert.deepEqual(statuses, [200, 404, 200]);
});

/** Writes chunks of a body for as long as the other side lets it, and at most 100 MB. */
function pourUntilClosed(url: string, head: string): Promise<{ received: string; bytesWritten: number }> {
  const { hostname, port } = new URL(url);
  const chunk = `2710\r\n${'x'.repeat(10_000)}\r\n`;
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let received = '';
    const pour = () => {
      while (!socket.destroyed && socket.bytesWritten < 100_000_000 && socket.write(chunk));
      if (socket.bytesWritten >= 100_000_000) socket.destroy();
    };
    socket.on('data', (data) => {
      received += data;
    });
    socket.on('error', () => undefined);
    socket.on('drain', pour);
    socket.on('close', () => resolve({ received, bytesWritten: socket.bytesWritten }));
    socket.write(head);
    pour();
  });
}
