import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { eventually } from '@dronedelivery/testing';
import { startEdge, startUpstream } from './edge-fixture.ts';

const statusesOf = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // A reset is one of the ways in which a server ends what it has had enough of.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

test('a crowd of silent connections is bounded, the oldest make room, and whoever asks is served', async () => {
  await using upstream = await startUpstream();
  await using edge = await startEdge(upstream.url, { CONNECTIONS_MAX: '100' });
  const crowd: Socket[] = [];
  for (let count = 0; count < 300; count++) {
    crowd.push(await open(edge.url));
    if (count % 50 === 0) assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200, `with ${count}`);
  }
  const openOnes = () => crowd.filter((socket) => !socket.destroyed && socket.readyState === 'open').length;
  for (const socket of crowd) socket.resume();
  await eventually(() => openOnes() <= 100, { what: 'no more open connections than the limit' });
  assert.ok(openOnes() >= 80, `${openOnes()} are still open`);
  assert.equal(crowd[0]?.destroyed, true, 'the oldest goes first');
  assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200);
  for (const socket of crowd) socket.destroy();
});

test('a connection on which an answer is under way makes no room for others', async () => {
  const reached = Promise.withResolvers<() => void>();
  await using upstream = await startUpstream(({ url }, response) => {
    if (url === '/v1/deliveries/slow') reached.resolve(() => response.end('done'));
    else response.end();
  });
  await using edge = await startEdge(upstream.url, { CONNECTIONS_MAX: '20' });
  const slow = edge.call('GET', '/v1/deliveries/slow');
  const finish = await reached.promise;
  const crowd: Socket[] = [];
  for (let count = 0; count < 60; count++) crowd.push(await open(edge.url));
  finish();
  assert.equal(await (await slow).text(), 'done');
  for (const socket of crowd) socket.destroy();
});

test('requests in one segment are answered in order, up to a bound; a cut connection frees all their places', async () => {
  const waiting: (() => void)[] = [];
  let isHeld = false;
  await using upstream = await startUpstream(({ url }, response) => {
    if (isHeld) waiting.push(() => response.end());
    else response.end(url);
  });
  await using edge = await startEdge(upstream.url, { REQUESTS_PER_CALLER_MAX: '40' });
  const get = (id: number, more = '') =>
    `GET /v1/deliveries/d${id} HTTP/1.1\r\nHost: e\r\nAuthorization: Bearer ${edge.shipper}\r\n${more}\r\n`;
  const all = (count: number) => Array.from({ length: count }, (_, id) => get(id));
  const idsIn = (answer: string) => [...answer.matchAll(/\/v1\/deliveries\/d(\d+)/g)].map(([, id]) => Number(id));
  const few = await edge.raw([...all(31), get(31, 'Connection: close\r\n')].join(''));
  assert.deepEqual(idsIn(few), [...Array(32).keys()]);
  const many = await edge.raw(all(500).join(''));
  assert.deepEqual(idsIn(many), [...Array(32).keys()], 'and the connection ends');

  isHeld = true;
  const socket = await open(edge.url);
  socket.write(all(30).join(''));
  await eventually(() => waiting.length === 30, { what: 'requests behind the first that waits' });
  socket.destroy();
  isHeld = false;
  const free = async () => {
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async () => (await edge.call('GET', '/v1/deliveries')).status),
    );
    return statuses.every((status) => status === 200);
  };
  await eventually(free, { what: 'free places' });
  for (const finish of waiting) finish();
});

test('garbage behind a good request ends the connection, but not before its answer', async () => {
  const reached = Promise.withResolvers<() => void>();
  await using upstream = await startUpstream((_, response) => reached.resolve(() => response.end('the answer')));
  await using edge = await startEdge(upstream.url);
  const head = `Host: edge\r\nAuthorization: Bearer ${edge.shipper}`;
  const exchange = edge.raw(`GET /v1/deliveries HTTP/1.1\r\n${head}\r\n\r\nGARBAGE\r\n\r\n`);
  (await reached.promise)();
  const answer = await exchange;
  assert.deepEqual(statusesOf(answer), [200]);
  assert.match(answer, /the answer/);
});

test('whoever trickles bodies takes no more than a share of the places, and is told so', async () => {
  await using upstream = await startUpstream();
  const settings = { REQUESTS_IN_FLIGHT_MAX: '12', REQUESTS_PER_CALLER_MAX: '3', RECEIVE_TIMEOUT_MS: '60000' };
  await using edge = await startEdge(upstream.url, settings);
  const authorization = edge.issuer.shipper('b2');
  const post = `POST /v1/deliveryrequests HTTP/1.1\r\nHost: e\r\nAuthorization: ${authorization}\r\nContent-Length: 100\r\n\r\n{`;
  const slow: Socket[] = [];
  const trickle = async () => {
    const socket = await open(edge.url);
    slow.push(socket);
    // Refused, since a look below had the last place: it tries again.
    socket.once('data', () => void trickle());
    socket.write(post);
  };
  for (let count = 0; count < 3; count++) await trickle();
  const refused = await eventually(async () => {
    const answer = await edge.call('GET', '/v1/deliveries', { headers: { authorization } });
    return answer.status === 429 && answer;
  });
  assert.ok(refused.headers.has('retry-after'));
  assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200);
  for (const socket of slow) socket.destroy();
});

test('a service that hangs takes no more than a share of the places', async () => {
  await using hanging = await startUpstream(() => undefined);
  await using upstream = await startUpstream();
  const settings = { DELIVERY_URL: hanging.url, REQUESTS_IN_FLIGHT_MAX: '8', UPSTREAM_TIMEOUT_MS: '60000' };
  await using edge = await startEdge(upstream.url, settings);
  const stop = new AbortController();
  const stuck = Array.from({ length: 8 }, () =>
    edge.call('GET', '/v1/deliveries', { signal: stop.signal }).then(
      ({ status }) => status,
      () => 'stuck',
    ),
  );
  await eventually(() => hanging.seen.length === 6, { what: 'six requests that hang' });
  assert.equal((await edge.call('GET', '/v1/packages/p1')).status, 200);
  stop.abort();
  const outcomes = (await Promise.all(stuck)).sort();
  assert.deepEqual(outcomes, [503, 503, ...Array.from({ length: 6 }, () => 'stuck')]);
});

test('streams take no connection away from requests', async () => {
  await using upstream = await startUpstream(({ url }, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    if (!url.endsWith('/events')) response.end();
  });
  await using edge = await startEdge(upstream.url, { UPSTREAM_CONNECTIONS_MAX: '2' });
  const stop = new AbortController();
  const watch = () => edge.call('GET', '/v1/deliveries/d1/events', { signal: stop.signal });
  for (const stream of await Promise.all([watch(), watch(), watch(), watch()])) assert.equal(stream.status, 200);
  assert.equal((await edge.call('GET', '/v1/deliveries')).status, 200);
  stop.abort();
});

test('a request that waits for a connection in vain is 504 like any other', async () => {
  const dribble: NodeJS.Timeout[] = [];
  await using upstream = await startUpstream((_, response) => {
    dribble.push(setInterval(() => response.write('still not the end'), 20));
  });
  await using edge = await startEdge(upstream.url, { UPSTREAM_CONNECTIONS_MAX: '1', UPSTREAM_TIMEOUT_MS: '300' });
  const endless = await edge.call('GET', '/v1/deliveries');
  assert.equal((await edge.call('GET', '/v1/deliveries')).status, 504);
  await endless.body?.cancel();
  for (const interval of dribble) clearInterval(interval);
});

test('HEAD is answered as GET is, without the body, on every route that has GET', async () => {
  await using upstream = await startUpstream((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '11', etag: '"e"' });
    response.end('{"some": 1}');
  });
  await using edge = await startEdge(upstream.url);
  for (const path of ['/', '/v1/deliveries', '/v1/deliveries/d1', '/v1/deliveries/d1/events', '/v1/drones/events']) {
    const answer = await edge.call('HEAD', path);
    assert.deepEqual([answer.status, answer.headers.get('etag'), await answer.text()], [200, '"e"', ''], path);
    assert.equal(upstream.seen.at(-1)?.method, 'HEAD');
  }
  assert.equal((await edge.call('HEAD', '/v1/nothing')).status, 404);
  const refused = await edge.call('HEAD', '/v1/deliveryrequests');
  assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'POST']);
});
