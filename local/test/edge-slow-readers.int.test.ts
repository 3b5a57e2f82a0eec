import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { eventually } from '@dronedelivery/testing';
import { startEdge, startUpstream } from './edge-fixture.ts';

/** More than the system's own buffers take over. */
const long = Buffer.alloc(6_000_000, 'x');
const isLong = (url: string) => url.startsWith('/v1/deliveries?');

/** Asks, and takes the first piece of the answer alone. */
async function askOnly(base: string, path: string, authorization: string): Promise<Socket> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: e\r\nAuthorization: ${authorization}\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

/** Reads until the other side closes, or the whole answer is there. */
async function readAll(socket: Socket, bytes: number): Promise<number> {
  let received = 0;
  socket.on('data', (data) => {
    received += data.length;
    if (received > bytes) socket.destroy();
  });
  if (!socket.destroyed) await once(socket, 'close');
  return received;
}

const statusOf = (socket: Socket) => Number(/^HTTP\/1\.1 (\d{3})/.exec(String(socket.read(20) ?? ''))?.[1]);

test('two hundred clients that do not take their answers hold no connection to a service, and nobody else up', async () => {
  await using upstream = await startUpstream(({ url }, response) => response.end(isLong(url) ? long : 'short'));
  const settings = {
    UPSTREAM_CONNECTIONS_MAX: '16',
    UNSENT_BYTES_PER_CALLER_MAX: '6500000',
    UPSTREAM_TIMEOUT_MS: '20000',
  };
  await using edge = await startEdge(upstream.url, settings);
  const businesses = Array.from({ length: 20 }, (_, number) => edge.issuer.shipper(`slow-${number}`));
  const readers: Socket[] = [];
  for (let count = 0; count < 200; count++) {
    const authorization = businesses[count % businesses.length] ?? '';
    readers.push(await askOnly(edge.url, '/v1/deliveries?limit=200', authorization));
    if (count % 10 === 0) assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200, `beside ${count}`);
  }
  const served = await edge.call('GET', '/v1/deliveries?limit=200');
  assert.equal((await served.arrayBuffer()).byteLength, long.length);
  for (const socket of readers) socket.destroy();
});

test('one caller holds no more than its share of untaken answers; what it asks beyond is 429', async () => {
  await using upstream = await startUpstream(({ url }, response) => response.end(isLong(url) ? long : 'short'));
  await using edge = await startEdge(upstream.url, { UNSENT_BYTES_PER_CALLER_MAX: '13000000' });
  const slow = edge.issuer.shipper('slow');
  const readers: Socket[] = [];
  for (let count = 0; count < 4; count++) readers.push(await askOnly(edge.url, '/v1/deliveries?limit=200', slow));
  assert.deepEqual(readers.map(statusOf), [200, 200, 429, 429]);
  const refused = await edge.call('GET', '/v1/deliveries?limit=200', { headers: { authorization: slow } });
  assert.deepEqual([refused.status, refused.headers.has('retry-after')], [429, true]);
  assert.match(await refused.text(), /problem:too-many-requests/);
  assert.equal((await edge.call('GET', '/v1/deliveries', { headers: { authorization: slow } })).status, 200, 'short');
  assert.equal((await edge.call('GET', '/v1/deliveries?limit=200')).status, 200, 'another caller');
  for (const socket of readers) socket.destroy();
  await eventually(async () => {
    const again = await edge.call('GET', '/v1/deliveries?limit=200', { headers: { authorization: slow } });
    await again.arrayBuffer();
    return again.status === 200;
  });
});

test('all callers together hold no more than there is room for: who has had longest for an answer loses it', async () => {
  await using upstream = await startUpstream(({ url }, response) => response.end(isLong(url) ? long : 'short'));
  await using edge = await startEdge(upstream.url, { UNSENT_BYTES_MAX: '13000000' });
  for (let count = 0; count < 4; count++) {
    const taken = await edge.call('GET', '/v1/deliveries?limit=200');
    assert.equal((await taken.arrayBuffer()).byteLength, long.length, 'what was taken holds nothing');
  }
  const readers: Socket[] = [];
  for (let count = 0; count < 4; count++) {
    readers.push(await askOnly(edge.url, '/v1/deliveries?limit=200', edge.issuer.shipper(`slow-${count}`)));
  }
  const served = await edge.call('GET', '/v1/deliveries?limit=200');
  assert.equal((await served.arrayBuffer()).byteLength, long.length);
  const received = await Promise.all(readers.map((socket) => readAll(socket, long.length)));
  assert.deepEqual(
    received.map((bytes) => bytes > long.length),
    [false, false, false, true],
  );
});

for (const [what, path] of [
  ['an answer', '/v1/deliveries?limit=200'],
  ['a stream', '/v1/deliveries/d1/events'],
] as const) {
  test(`a client that does not take ${what} in time is cut off`, async () => {
    const over = Promise.withResolvers<void>();
    await using upstream = await startUpstream(({ url }, response) => {
      if (!url.endsWith('/events')) return void response.end(isLong(url) ? long : 'short');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(Buffer.concat([long, long]));
      response.once('close', over.resolve);
    });
    const settings = { SEND_TIMEOUT_MS: '300', REQUESTS_PER_CALLER_MAX: '1', STREAMS_PER_CALLER_MAX: '1' };
    await using edge = await startEdge(upstream.url, settings);
    const reader = await askOnly(edge.url, path, `Bearer ${edge.shipper}`);
    const again = async () => {
      const { status, body } = await edge.call('GET', path.replace('?limit=200', ''));
      await body?.cancel();
      return status === 200;
    };
    await eventually(again, { what: 'the place that the reader had' });
    if (!isLong(path)) await over.promise;
    reader.destroy();
  });
}

test('a body that trickles in holds no connection to a service', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url, { UPSTREAM_CONNECTIONS_MAX: '1' });
  const { hostname, port } = new URL(edge.url);
  const writers = Array.from({ length: 20 }, () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    const head = `POST /v1/deliveryrequests HTTP/1.1\r\nHost: e\r\nAuthorization: ${edge.issuer.shipper('slow')}`;
    socket.write(`${head}\r\nContent-Length: 100\r\n\r\n{`);
    return socket;
  });
  await Promise.all(writers.map((socket) => once(socket, 'connect')));
  const trickle = setInterval(() => {
    for (const socket of writers) socket.write(' ');
  }, 20);
  for (let count = 0; count < 10; count++)
    assert.equal((await edge.call('POST', '/v1/deliveryrequests', { body: '{}' })).status, 200);
  clearInterval(trickle);
  assert.equal(upstream.seen.length, 10);
  for (const socket of writers) socket.destroy();
});

test('a service whose answer never ends is 504, one whose answer is too long is 500', async () => {
  const dribble: NodeJS.Timeout[] = [];
  await using upstream = await startUpstream(({ url }, response) => {
    if (isLong(url)) return void response.end(long);
    if (url.endsWith('/history')) return void Readable.from([long]).pipe(response);
    dribble.push(setInterval(() => response.write('still not the end'), 20));
  });
  await using edge = await startEdge(upstream.url, { UPSTREAM_TIMEOUT_MS: '1000', ANSWER_BYTES_MAX: '100000' });
  assert.equal((await edge.call('GET', '/v1/deliveries/d1')).status, 504);
  assert.equal((await edge.call('GET', '/v1/deliveries?limit=200')).status, 500, 'announced');
  assert.equal((await edge.call('GET', '/v1/deliveries/d1/history')).status, 500, 'not announced');
  for (const interval of dribble) clearInterval(interval);
});
