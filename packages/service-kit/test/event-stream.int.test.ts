import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operation } from '@dronedelivery/contracts';
import { eventually, FakeClock, startTokenIssuer } from '@dronedelivery/testing';
import Type from 'typebox';
import { AppError } from '../src/app-error.ts';
import { createTokenVerifier } from '../src/auth.ts';
import {
  createHttpServer,
  type EventStream,
  type EventStreamOptions,
  type HttpServerOptions,
  registerEventStream,
} from '../src/http.ts';
import { silentLogger } from '../src/logger.ts';

const watch = operation({
  id: 'watch',
  service: 'delivery',
  method: 'GET',
  path: '/v1/things/:id/events',
  summary: '',
  public: true,
  access: { kind: 'anonymous' },
  params: Type.Object({ id: Type.String() }),
  responses: { 200: Type.Object({}) },
  responseMediaType: 'text/event-stream',
  errors: ['not-found'],
});

async function serve(
  work: (stream: EventStream) => Promise<void>,
  options?: EventStreamOptions,
  limits: Pick<HttpServerOptions, 'sendTimeoutMs'> = {},
) {
  const server = createHttpServer({ name: 't', host: '127.0.0.1', port: 0, logger: silentLogger, ...limits });
  registerEventStream(
    server,
    watch,
    ({ params }) => {
      if (params.id === 'none') throw new AppError('not-found');
      return work;
    },
    options,
  );
  const url = await server.listen();
  const open = (id = 'a', init: RequestInit = {}) => fetch(`${url}/v1/things/${id}/events`, init);
  return { server, open, [Symbol.asyncDispose]: () => server.close() };
}
const untilAborted = ({ signal }: EventStream) =>
  new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve())));

test('sends events in their form, and ends when the work ends', async () => {
  await using one = await serve(async (stream) => {
    stream.send({ event: 'status', data: { text: 'two\nlines' }, id: '7' });
    stream.send({ event: 'seen', data: stream.lastEventId ?? null });
  });
  const answer = await one.open('a', { headers: { 'last-event-id': '6' } });
  assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.equal(
    await answer.text(),
    'retry: 2000\n\nid: 7\nevent: status\ndata: {"text":"two\\nlines"}\n\nevent: seen\ndata: "6"\n\n',
  );
});

test('HEAD tells what GET would, and opens no stream', async () => {
  let opened = 0;
  await using one = await serve(async () => {
    opened++;
  });
  const answer = await one.open('a', { method: 'HEAD' });
  assert.deepEqual(
    [answer.status, answer.headers.get('content-type'), await answer.text()],
    [200, 'text/event-stream; charset=utf-8', ''],
  );
  assert.equal((await one.open('none', { method: 'HEAD' })).status, 404);
  assert.equal(opened, 0);
});

test('may refuse before it opens', async () => {
  await using one = await serve(async () => undefined);
  const answer = await one.open('none');
  assert.deepEqual(
    [answer.status, answer.headers.get('content-type')],
    [404, 'application/problem+json; charset=utf-8'],
  );
});

test('a client that leaves ends the work, and frees its place', async () => {
  const ended: string[] = [];
  await using one = await serve(
    async (stream) => {
      await untilAborted(stream);
      ended.push('left');
    },
    { streamsMax: 1 },
  );
  const leave = new AbortController();
  await one.open('a', { signal: leave.signal });
  const refused = await one.open();
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5']);
  leave.abort();
  await eventually(() => ended.length === 1);
  const again = await eventually(async () => {
    const answer = await one.open();
    return answer.status === 200 && answer;
  });
  await again.body?.cancel();
});

test('heartbeats keep an idle stream alive', async () => {
  await using one = await serve(untilAborted, { heartbeatMs: 10 });
  const reader = (await one.open()).body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes(': still here')) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
});

test('a client that reads nothing is not written to without bound, and is cut off', async () => {
  let refused = 0;
  const ended = Promise.withResolvers<void>();
  await using one = await serve(
    async (stream) => {
      const data = 'x'.repeat(50_000);
      while (!stream.signal.aborted) {
        if (!stream.send({ event: 'e', data })) refused++;
        await stream.writable();
        await new Promise((resolve) => setImmediate(resolve));
      }
      ended.resolve();
    },
    {},
    { sendTimeoutMs: 100 },
  );
  const answer = await one.open();
  await ended.promise;
  assert.ok(refused <= 2, `${refused} events were refused in a busy loop`);
  await answer.body?.cancel().catch(() => undefined);
});

test('a sender that does not wait is told when the buffer is full', async () => {
  const sent = Promise.withResolvers<number>();
  await using one = await serve(async (stream) => {
    let events = 0;
    while (events < 1000 && stream.send({ event: 'e', data: 'x'.repeat(50_000) })) events++;
    sent.resolve(events);
  });
  const answer = await one.open();
  assert.ok((await sent.promise) < 1000, 'fifty megabytes were buffered');
  await answer.body?.cancel().catch(() => undefined);
});

test('a closing server ends its streams at once', async () => {
  const one = await serve(untilAborted);
  const answer = await one.open();
  const startedAt = performance.now();
  await one.server.close();
  assert.ok(performance.now() - startedAt < 4500, 'not only when the limit of draining was reached');
  await answer.text();
});

test('a stream ends when the token that opened it expires', async () => {
  await using issuer = await startTokenIssuer();
  const clock = new FakeClock(Date.now());
  const { issuer: name, jwksUrl } = issuer;
  const verifier = createTokenVerifier({ issuer: name, audience: 'drone-delivery', jwksUrl });
  await using server = createHttpServer({ name: 't', host: '127.0.0.1', port: 0, logger: silentLogger, verifier });
  const guarded = operation({ ...watch, access: { kind: 'roles', roles: ['shipper'] } });
  registerEventStream(server, guarded, () => untilAborted, { clock });
  const url = await server.listen();
  const token = issuer.token({ sub: 's', roles: ['shipper'], businessId: 'b1' }, { expiresInS: 600 });
  const answer = await fetch(`${url}/v1/things/a/events`, { headers: { authorization: `Bearer ${token}` } });
  let isOver = false;
  const over = answer.text().then(() => {
    isOver = true;
  });
  await clock.advance(590_000);
  await fetch(`${url}/healthz/live`);
  assert.equal(isOver, false);
  await clock.advance(20_000);
  await over;
});
