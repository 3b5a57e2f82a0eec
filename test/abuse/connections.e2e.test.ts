import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { assertInvariants } from '../support/assert-invariants.ts';
import { finalStages, request, untilStage, validationRequest } from '../support/deliveries.ts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';
import { askWithoutReading, dribble, exchange, openRaw, pour, statusesIn } from './raw-connection.ts';

const receiveTimeoutMs = 3000;
const sendTimeoutMs = 2000;
const pouredBytesMax = 100e6;
/** What a crowd that takes nothing may hold of the edge's memory: its bound, and as much again as garbage. */
const crowdMbMax = 300;
/** What may be on its way in buffers when the other side closes. */
const takenBytesMax = 30e6;

suite('hostile connections', () => {
  let running: TestSystem;
  let doors: readonly { readonly name: string; readonly base: string }[];
  let authorization: string;
  let accepted: string;
  before(async () => {
    const rates = { RATE_PER_S: '100000', RATE_BURST: '100000', ANONYMOUS_BURST: '100000' };
    const edge = { RECEIVE_TIMEOUT_MS: `${receiveTimeoutMs}`, SEND_TIMEOUT_MS: `${sendTimeoutMs}`, ...rates };
    running = await startTestSystem({ drones: 3, settings: { edge } });
    const { edgeUrl, services } = running.system.info;
    doors = [
      { name: 'edge', base: edgeUrl },
      { name: 'service', base: services.delivery?.url ?? '' },
    ];
    authorization = `Authorization: Bearer ${await running.customer.token()}`;
    accepted = await request(running.customer, validationRequest());
  });
  after(() => running[Symbol.asyncDispose]());

  const get = (target: string, ...lines: readonly string[]) =>
    `${[`GET ${target} HTTP/1.1`, 'Host: edge', authorization, ...lines].join('\r\n')}\r\n\r\n`;
  const postHead = (...lines: readonly string[]) =>
    `${['POST /v1/deliveries/d1/confirmations HTTP/1.1', 'Host: edge', authorization, 'Content-Type: application/json', ...lines].join('\r\n')}\r\n\r\n`;

  /** A well-behaved customer asks all the while, and is answered. */
  async function besides<T>(work: Promise<T>): Promise<T> {
    const { customer } = running;
    let isOver = false;
    const asking = async () => {
      do assert.equal((await customer.request('GET', '/v1/deliveries?limit=1')).status, 200);
      while (!isOver);
    };
    const over = work.finally(() => {
      isOver = true;
    });
    const [result] = await Promise.all([over, asking()]);
    return result;
  }

  function assertRefused(answer: string, status: number, code: string, what: string): void {
    assert.deepEqual(statusesIn(answer), [status], `${what}: ${answer.slice(0, 300)}`);
    assert.match(answer, /application\/problem\+json/, what);
    assert.match(answer, new RegExp(`problem:${code}"`), what);
    assert.match(answer, /connection: close/i, what);
  }

  test('heads and bodies that come byte by byte, or not at all, end by timeout', async () => {
    const [{ base } = { base: '' }] = doors;
    const slow = Array.from({ length: 30 }, (_, number) => {
      if (number % 3 === 0) return dribble(base, get('/v1/deliveries').repeat(100), 20);
      if (number % 3 === 1) return exchange(base, `${postHead('Content-Length: 1000')}{`);
      return exchange(base, '');
    });
    for (const answer of await besides(Promise.all(slow))) {
      assert.ok(statusesIn(answer).length <= 1 || statusesIn(answer)[0] === 200, answer.slice(0, 200));
      if (!answer.startsWith('HTTP/1.1 200')) assertRefused(answer, 408, 'request-timeout', 'too slow');
    }
  });

  test('a body without end is cut off, one that is shorter or longer than announced cannot pass for another', async () => {
    for (const { name, base } of doors) {
      const endless = await besides(
        pour(base, postHead('Transfer-Encoding: chunked'), `2710\r\n${' '.repeat(10_000)}\r\n`, pouredBytesMax),
      );
      // A reset may overtake the answer.
      assert.ok(['', '413'].includes(`${statusesIn(endless.received)}`), `${name}: ${endless.received.slice(0, 200)}`);
      assert.ok(endless.bytesWritten < takenBytesMax, `${name} took ${endless.bytesWritten} bytes`);

      const longer = await exchange(base, `${postHead('Content-Length: 2')}{}${'{}'.repeat(50)}\r\n\r\n`);
      assert.equal(statusesIn(longer).length, 1, `${name}: ${longer.slice(0, 300)}`);
    }
  });

  test('floods of headers are refused, by number, by size, and as one endless line', async () => {
    for (const { name, base } of doors) {
      const many = get('/v1/deliveries', ...Array.from({ length: 150 }, (_, number) => `X-${number}: y`));
      assertRefused(await exchange(base, many), 431, 'headers-too-large', `${name}, by number`);
      const large = get(
        '/v1/deliveries',
        ...Array.from({ length: 50 }, (_, number) => `X-${number}: ${'y'.repeat(500)}`),
      );
      assertRefused(await exchange(base, large), 431, 'headers-too-large', `${name}, by size`);
      for (const beginning of ['GET /', 'GET / HTTP/1.1\r\nX: ', 'GET / HTTP/1.1\r\nX']) {
        const { received, bytesWritten } = await besides(pour(base, beginning, 'y', pouredBytesMax));
        assert.ok(['', '431'].includes(`${statusesIn(received)}`), `${name}: ${received.slice(0, 200)}`);
        assert.ok(bytesWritten < takenBytesMax, `${name} took ${bytesWritten} bytes`);
      }
    }
  });

  test('requests in one segment are answered in order, those beyond a bound not at all', async () => {
    for (const { name, base } of doors) {
      const ids = Array.from({ length: 200 }, (_, number) => `pipelined-${number}`);
      const segment = ids.map((id) => get('/v1/deliveries?limit=1', `X-Request-Id: ${id}`));
      const answer = await besides(exchange(base, segment.join('')));
      const answered = [...answer.matchAll(/x-request-id: (pipelined-\d+)/gi)].map(([, id]) => id);
      assert.ok(answered.length > 1 && answered.length < 200, `${name} answered ${answered.length}`);
      assert.deepEqual(answered, ids.slice(0, answered.length), name);
      assert.deepEqual([...new Set(statusesIn(answer))], [200], name);
    }
  });

  test('clients that ask and ask and take no answer are cut off, and keep nobody waiting', async (t) => {
    const [{ base } = { base: '' }] = doors;
    const edge = running.system.info.services.edge?.pid ?? 0;
    const before = peakMemoryMb(edge);
    // Of answers more than the system's own buffers take over, of requests no more than are heard.
    const asked = 'GET /openapi.json HTTP/1.1\r\nHost: edge\r\n\r\n'.repeat(32);
    const crowd = Array.from({ length: 30 }, () => askWithoutReading(base, asked, 100));
    await besides(Promise.all(crowd));
    const after = peakMemoryMb(edge);
    t.diagnostic(`peak memory of the edge: ${before} MB before, ${after} MB after`);
    assert.ok(after - before < crowdMbMax, `${after - before} MB more`);
  });

  test('what two readers could take for different requests is refused at every door', async () => {
    const unclear = [
      ['Content-Length: 5', 'Transfer-Encoding: chunked'],
      ['Content-Length: 5', 'Content-Length: 6'],
      ['Transfer-Encoding: x, chunked'],
      ['Transfer-Encoding:\u000bchunked'],
      ['Host: other', 'Transfer-Encoding: chunked'],
    ];
    for (const { name, base } of doors) {
      for (const lines of unclear) {
        const answer = await exchange(base, `${postHead(...lines)}0\r\n\r\n${get('/v1/deliveries')}`);
        assertRefused(answer, 400, 'malformed-request', `${name}: ${lines}`);
      }
    }
  });

  test('ten thousand silent connections keep nobody else out', async (t) => {
    const [{ base } = { base: '' }] = doors;
    // This process needs its descriptors too.
    const limit = Number(execFileSync('sh', ['-c', 'ulimit -n']).toString());
    const openFiles = Number.isNaN(limit) ? 20_000 : limit;
    const count = Math.min(10_000, Math.floor(openFiles / 2));
    const crowd: Socket[] = [];
    const gather = async () => {
      while (crowd.length < count) {
        const more = await Promise.all(Array.from({ length: 100 }, () => openRaw(base)));
        for (const socket of more) crowd.push(socket.resume());
      }
    };
    await besides(gather());
    const open = crowd.filter(({ readyState }) => readyState === 'open').length;
    t.diagnostic(`${open} of ${crowd.length} connections are open`);
    assert.ok(open <= openFiles / 2, `${open} of ${openFiles} descriptors`);
    for (const socket of crowd) socket.destroy();
  });

  test('after all of it a good request is delivered, no process has gone down, and nothing is amiss', async () => {
    const last = await request(running.customer, validationRequest());
    for (const id of [accepted, last]) {
      assert.equal((await untilStage(running.customer, id, finalStages, 120_000)).stage, 'Completed');
    }
    for (const name of Object.keys(running.system.info.services))
      assert.equal(running.system.process(name).restarts, 0, name);
    await assertInvariants(running, [accepted, last]);
  });
});

function peakMemoryMb(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}
