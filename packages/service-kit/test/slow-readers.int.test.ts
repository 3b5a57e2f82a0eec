import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { operation } from '@dronedelivery/contracts';
import { eventually, FakeClock } from '@dronedelivery/testing';
import { createHttpServer, registerEventStream, registerOperation, type StreamWork } from '../src/http.ts';
import { silentLogger } from '../src/logger.ts';
import { slow } from './slow-operation.ts';

const page = operation({ ...slow, id: 'page', path: '/page', responseMediaType: 'text/html' });
const events = operation({ ...slow, id: 'events', path: '/events', responseMediaType: 'text/event-stream' });
/** More than the system's own buffers take over. */
const bytes = 16_000_000;
const sendTimeoutMs = 30_000;

async function serve(work: StreamWork = async () => undefined, unsentBytesMax = 10 * bytes) {
  const clock = new FakeClock();
  const setting = { name: 't', host: '127.0.0.1', port: 0, logger: silentLogger };
  const server = createHttpServer({ ...setting, sendTimeoutMs, unsentBytesMax, clock });
  registerEventStream(server, events, () => work);
  const text = 'x'.repeat(bytes);
  registerOperation(server, page, () => ({ status: 200, body: text }));
  const url = new URL(await server.listen());
  /** Asks, and takes the first piece of the answer alone. */
  const ask = async (path: string): Promise<Socket> => {
    const socket = connect(Number(url.port), url.hostname);
    socket.on('error', () => undefined);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: t\r\n\r\n`);
    await once(socket, 'readable');
    return socket;
  };
  const connections = () =>
    new Promise<number>((resolve) => server.fastify.server.getConnections((_, count) => resolve(count)));
  return { clock, ask, connections, [Symbol.asyncDispose]: () => server.close() };
}

async function readAll(socket: Socket): Promise<number> {
  let received = 0;
  socket.on('data', (data) => {
    received += data.length;
    if (received > bytes) socket.destroy();
  });
  await once(socket, 'close');
  return received;
}

test('a client that does not take its answer in time is cut off, one that does is not', async () => {
  await using one = await serve();
  const stuck = await one.ask('/page');
  const inTime = await one.ask('/page');
  await one.clock.advance(sendTimeoutMs - 2000);
  assert.equal(await one.connections(), 2);
  assert.ok((await readAll(inTime)) > bytes);
  await eventually(async () => (await one.connections()) === 1);
  await one.clock.advance(4000);
  await eventually(async () => (await one.connections()) === 0);
  assert.ok((await readAll(stuck)) < bytes, 'not the whole answer was sent');
});

test('a connection on which nothing is on its way, or whose answer is not ready, is left alone', async () => {
  const released = Promise.withResolvers<void>();
  await using one = await serve(() => released.promise);
  const idle = await one.ask('/events');
  await one.clock.advance(10 * sendTimeoutMs);
  assert.equal(await one.connections(), 1);
  released.resolve();
  idle.destroy();
});

test('a stream has the time anew whenever its client has taken what waited', async () => {
  const wanted = Promise.withResolvers<void>();
  await using one = await serve(async (stream) => {
    stream.send({ event: 'e', data: 'x'.repeat(bytes) });
    await stream.writable();
    stream.send({ event: 'e', data: 'x'.repeat(bytes) });
    wanted.resolve();
    await stream.writable();
  });
  const socket = await one.ask('/events');
  await one.clock.advance(sendTimeoutMs - 2000);
  socket.resume();
  await wanted.promise;
  socket.pause();
  await one.clock.advance(sendTimeoutMs - 2000);
  assert.equal(await one.connections(), 1);
  await one.clock.advance(4000);
  await eventually(async () => (await one.connections()) === 0);
});

test('when answers that nobody takes hold too much, those that have waited longest go first', async () => {
  await using one = await serve(undefined, 2.5 * bytes);
  const readers: Socket[] = [];
  for (let count = 0; count < 5; count++) {
    readers.push(await one.ask('/page'));
    await one.clock.advance(1000);
  }
  await eventually(async () => (await one.connections()) === 2, { what: 'room' });
  const received = await Promise.all(readers.map(readAll));
  assert.deepEqual(
    received.map((count) => count > bytes),
    [false, false, false, true, true],
  );
});
