import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { unansweredPort } from '@dronedelivery/testing';
import { isPublicAddress } from '../src/adapters/notifications/address-rules.ts';
import type { Resolve } from '../src/adapters/notifications/resolve.ts';
import { createWebhookSender } from '../src/adapters/notifications/webhook.ts';
import type { DueNotification } from '../src/app/ports.ts';

const settings = { isAllowed: isPublicAddress, timeoutMs: 5000, answerBytesMax: 1024 };
const local = { ...settings, isAllowed: () => true };

function notification(address: string): DueNotification {
  return {
    id: 'notification-1',
    key: { businessId: 'shop', id: 'delivery-1' },
    stage: 'Completed',
    planRevision: 1,
    channel: 'webhook',
    address,
    webhookSecret: 'secret',
    content: '{}',
    createdAtMs: 0,
    attempts: 1,
  };
}

/** A resolver that gives other addresses each time, as a name under an attacker's control does. */
function resolver(...answers: readonly (readonly string[])[]) {
  let asked = 0;
  const resolve: Resolve = async () => answers[Math.min(asked++, answers.length - 1)] ?? [];
  return { resolve, count: () => asked };
}

const never: Resolve = () => assert.fail('a literal address needs no resolver');
const soon = () => AbortSignal.timeout(20_000);

describe('where a webhook leads', () => {
  const inside = [
    ...['127.0.0.1', '10.0.0.1', '192.168.1.1', '172.16.0.1', '169.254.169.254', '168.63.129.16', '0.0.0.0'],
    ...['::1', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '64:ff9b::7f00:1', '64:ff9b:1::7f00:1'],
  ];

  test('a name that leads inside is not called, also when only one of its addresses does', async () => {
    await using server = await listen();
    for (const addresses of [...inside.map((one) => [one]), ['93.184.215.14', '127.0.0.1'], []]) {
      await using sender = createWebhookSender(settings, Date.now, resolver(addresses).resolve);
      const sending = sender.notify(notification(`http://hooks.example:${server.port}/`), soon());
      await assert.rejects(sending, /does not lead to the public internet/, `${addresses}`);
    }
    assert.equal(server.calls(), 0);
  });

  test('an address in any spelling is checked as well', async () => {
    await using server = await listen();
    const literals = ['127.0.0.1', '[::1]', '0x7f.1', '0177.0.0.1', '2130706433', '127.1', '[::ffff:127.0.0.1]'];
    for (const literal of literals) {
      await using sender = createWebhookSender(settings, Date.now, never);
      const sending = sender.notify(notification(`http://${literal}:${server.port}/`), soon());
      await assert.rejects(sending, /does not lead to the public internet/, literal);
    }
    assert.equal(server.calls(), 0);
  });

  test('what was checked is what is called: a name is resolved once for its connection', async () => {
    await using server = await listen();
    const isAllowed = (address: string) => address === '127.0.0.2';
    const turning = resolver(['127.0.0.2'], ['127.0.0.1']);
    await using sender = createWebhookSender({ ...settings, isAllowed }, Date.now, turning.resolve);
    await sender.notify(notification(`http://hooks.example:${server.port}/`), soon());
    assert.deepEqual(server.addresses(), ['127.0.0.2']);
    assert.equal(turning.count(), 1);
    server.cut();
    await assert.rejects(sender.notify(notification(`http://hooks.example:${server.port}/`), soon()));
    assert.deepEqual(server.addresses(), ['127.0.0.2'], 'the second look-up led inside');
  });

  test('a redirect is an answer like any other that is none of 2xx', async () => {
    await using target = await listen();
    const location = `http://127.0.0.1:${target.port}/`;
    for (const status of [300, 301, 302, 303, 307, 308]) {
      await using server = await listen((response) => response.writeHead(status, { location }).end());
      await using sender = createWebhookSender(local, Date.now, never);
      const sending = sender.notify(notification(`http://127.0.0.1:${server.port}/`), soon());
      await assert.rejects(sending, new RegExp(`answered ${status}`));
      assert.equal(server.calls(), 1);
    }
    assert.equal(target.calls(), 0);
  });
});

/** What a receiver does with a connection instead of answering; each gets the bytes that were sent on it counted. */
const hostile: Readonly<Record<string, (socket: Socket) => void>> = {
  'never answers': () => undefined,
  'hangs up': (socket) => socket.destroy(),
  'answers no HTTP': (socket) => socket.write('220 smtp.example ESMTP\r\n'),
  'sends head lines without end': (socket) => pour(socket, 'HTTP/1.1 200 OK\r\n', 'x: y\r\n'),
  'sends one endless head line': (socket) => pour(socket, 'HTTP/1.1 200 OK\r\nx: ', 'y'.repeat(1000)),
  'says for ever that it goes on': (socket) => pour(socket, '', 'HTTP/1.1 102 Processing\r\n\r\n'),
  upgrades: (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  'announces a body and sends none': (socket) => socket.write('HTTP/1.1 500 No\r\ncontent-length: 1000\r\n\r\n'),
};

describe('a receiver that', () => {
  for (const [what, behaviour] of Object.entries(hostile)) {
    test(`${what} costs one attempt's time, and a bounded number of bytes`, async () => {
      await using server = await listenRaw(behaviour);
      await using sender = createWebhookSender(local, Date.now, never);
      await assert.rejects(sender.notify(notification(`http://127.0.0.1:${server.port}/`), AbortSignal.timeout(700)));
      assert.ok(server.bytesTaken() < 90e6, `${server.bytesTaken()} bytes`);
    });
  }

  test('gives no answer to attempts to connect costs an attempt no more than its time, however many there are', async () => {
    await using silent = await unansweredPort();
    await using sender = createWebhookSender({ ...local, timeoutMs: 60_000 }, Date.now, never);
    const begunAt = performance.now();
    const attempts = Array.from({ length: 10 }, () =>
      sender.notify(notification(`http://127.0.0.1:${silent.port}/`), AbortSignal.timeout(200)),
    );
    for (const sending of attempts) await assert.rejects(sending, { name: 'TimeoutError' });
    const tookMs = performance.now() - begunAt;
    assert.ok(tookMs < 10_000, `it took ${tookMs.toFixed()} ms`);
  });

  test('dribbles its answer is cut off when the attempt has lasted long enough', async () => {
    const dribble: NodeJS.Timeout[] = [];
    await using server = await listen((response) => {
      dribble.push(setInterval(() => response.write('.'), 20));
    });
    await using sender = createWebhookSender(local, Date.now, never);
    const sending = sender.notify(notification(`http://127.0.0.1:${server.port}/`), AbortSignal.timeout(700));
    await assert.rejects(sending);
    for (const interval of dribble) clearInterval(interval);
  });

  test('sends a second answer ahead does not answer the next notification with it', async () => {
    const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
    let connections = 0;
    await using server = await listenRaw((socket) =>
      socket.write(connections++ === 0 ? ok.repeat(3) : 'HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n'),
    );
    await using sender = createWebhookSender(local, Date.now, never);
    const send = () => sender.notify(notification(`http://127.0.0.1:${server.port}/`), soon());
    await send();
    await assert.rejects(send(), /answered 500/);
  });

  test('packs its answer is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const headers = { 'content-encoding': 'gzip', 'content-length': bomb.length };
    await using server = await listen((response) => response.writeHead(200, headers).end(bomb));
    await using sender = createWebhookSender(local, Date.now, never);
    const before = process.memoryUsage().arrayBuffers;
    const sending = sender.notify(notification(`http://127.0.0.1:${server.port}/`), soon());
    // Too long an answer is no failure as such: what counts is its status, unless the connection is cut before.
    await sending.catch(() => undefined);
    assert.ok(process.memoryUsage().arrayBuffers - before < 20e6);
  });
});

/** Writes the beginning, then the rest again and again until the other side has had enough. */
function pour(socket: Socket, beginning: string, rest: string): void {
  const chunk = rest.repeat(Math.ceil(64_000 / rest.length));
  const write = () => {
    while (!socket.destroyed && socket.bytesWritten < 100e6 && socket.write(chunk));
  };
  socket.on('drain', write);
  socket.write(beginning);
  write();
}

async function listenRaw(behaviour: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => behaviour(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    bytesTaken: () => sockets.reduce((sum, { bytesWritten, writableLength }) => sum + bytesWritten - writableLength, 0),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(answer: (response: ServerResponse) => void = (response) => response.end()) {
  const addresses: string[] = [];
  const server = createServer((request, response) => {
    addresses.push(request.socket.localAddress ?? '');
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls: () => addresses.length,
    addresses: () => addresses,
    cut: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
