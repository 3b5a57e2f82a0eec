import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from '@dronedelivery/testing';
import { openFilesMax } from '../src/http/open-files.ts';

/** At most half of the descriptors, as everywhere. */
const connectionsMax = Math.min(10_000, Math.floor(openFilesMax() / 2));
const keptAtMost = 0.9 * connectionsMax;
const crowdSize = Math.floor(connectionsMax * 1.05);
const batch = 250;

async function startServer() {
  const child = fork(fileURLToPath(import.meta.resolve('./crowded-service.ts')), {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'silent', CONNECTIONS_MAX: String(connectionsMax) },
  });
  const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }];
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').resume();
  await once(socket, 'connect');
  // Cut off by a reset, perhaps.
  socket.on('error', () => undefined);
  return socket;
}

const isOpen = ({ readyState }: Socket) => readyState === 'open';

test(`${crowdSize} silent connections: those silent for longest make room, and whoever asks is answered`, async (t) => {
  await using server = await startServer();
  const port = Number(new URL(server.url).port);
  const crowd: Socket[] = [];
  while (crowd.length < crowdSize) {
    crowd.push(...(await Promise.all(Array.from({ length: batch }, () => opened(port)))));
    const answer = await fetch(`${server.url}/healthz/live`, { headers: { connection: 'close' } });
    assert.equal(answer.status, 200, `with ${crowd.length}`);
  }
  const open = () => crowd.filter(isOpen).length;
  await eventually(() => open() <= keptAtMost, { what: 'room for others' });
  t.diagnostic(`${open()} of ${crowd.length} are kept`);
  // One each for the askers, who came in between.
  assert.ok(open() >= keptAtMost - 2 * (crowd.length / batch), `only ${open()} are kept`);
  const evicted = crowd.length - open();
  assert.ok(!crowd.slice(0, evicted).some(isOpen), 'the oldest go, and only they');
  for (const socket of crowd) socket.destroy();
});
