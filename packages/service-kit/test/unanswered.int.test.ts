import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, suite, test } from 'node:test';
import { operation, tokenAudience } from '@dronedelivery/contracts';
import { eventually, freePort, startTokenIssuer, unansweredPort } from '@dronedelivery/testing';
import Type from 'typebox';
import type { AppError } from '../src/app-error.ts';
import { createClientCredentials, createTokenVerifier } from '../src/auth.ts';
import { createServiceClient, type ServiceClientOptions, TransientError } from '../src/http-client.ts';
import { silentLogger } from '../src/logger.ts';

const read = operation({
  ...{ service: 'delivery', summary: '', public: false, access: { kind: 'anonymous' }, errors: [] },
  id: 'read',
  method: 'GET',
  path: '/v1/things',
  responses: { 200: Type.Object({ n: Type.Integer() }) },
});
/** Of each attempt; and of an attempt to connect, which must not be what ends it. */
const timeoutMs = 100;
const connectTimeoutMs = 60_000;
/** Many times what is promised, and far from what connecting alone may take. */
const patienceMs = 8000;

const urlOf = (port: number, path = '') => `http://127.0.0.1:${port}${path}`;
const client = (baseUrls: readonly string[], options: Partial<ServiceClientOptions> = {}) =>
  createServiceClient({ name: 'delivery', baseUrls, timeoutMs, attemptsMax: 1, connectTimeoutMs, ...options });

async function assertInTime(work: Promise<unknown>, isExpected: (error: Error) => boolean): Promise<void> {
  const beganAt = performance.now();
  await assert.rejects(work, isExpected);
  const tookMs = performance.now() - beganAt;
  assert.ok(tookMs < patienceMs, `it took ${tookMs.toFixed()} ms`);
}

const isTransient = (kind: string) => (error: Error) => error instanceof TransientError && error.kind === kind;

async function answering(port: number): Promise<AsyncDisposable> {
  const server = createServer(
    (_, response) => void response.setHeader('content-type', 'application/json').end('{"n":1}'),
  );
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

suite('an address that does not answer attempts to connect', () => {
  let silent: Awaited<ReturnType<typeof unansweredPort>>;
  before(async () => {
    silent = await unansweredPort();
  });
  after(() => silent[Symbol.asyncDispose]());

  test('each call ends in its time, also those that wait for a connection', async () => {
    await using one = client([urlOf(silent.port)], { concurrencyMax: 8 });
    const calls = Array.from({ length: 8 }, () => one.call(read, {}));
    await Promise.all(calls.map((call) => assertInTime(call, isTransient('timeout'))));
  });

  test('a caller that gives up is not held', async () => {
    await using one = client([urlOf(silent.port)], { timeoutMs: 60_000 });
    const abort = new AbortController();
    const call = one.call(read, {}, { signal: abort.signal });
    abort.abort(new Error('no longer wanted'));
    await assertInTime(call, ({ message }) => message === 'no longer wanted');
  });

  test('a replica that answers is found behind one that does not', async () => {
    const port = await freePort();
    await using _answering = await answering(port);
    await using one = client([urlOf(silent.port), urlOf(port)], { timeoutMs: 60_000, connectTimeoutMs: 100 });
    for (let turn = 0; turn < 2; turn++) assert.equal((await one.call(read, {})).body.n, 1);
  });

  test('the breaker opens, and closes when the address answers again', async () => {
    await using away = await unansweredPort();
    const { port } = away;
    await using one = client([urlOf(port)], { breakerWindowMs: 1000, breakerPauseMs: 50 });
    const call = () =>
      one.call(read, {}).then(
        () => 'answered',
        () => 'failed',
      );
    await eventually(async () => (await Promise.all([call(), call()])) && one.breakerState === 'open');
    await away[Symbol.asyncDispose]();
    await using _answering = await answering(port);
    await eventually(async () => (await call()) === 'answered' && one.breakerState === 'closed');
  });

  test('a token of our own is missed in time', async () => {
    const tokenUrl = urlOf(silent.port, '/token');
    const credentials = { tokenUrl, clientId: 'c', clientSecret: 's', logger: silentLogger };
    const source = createClientCredentials({ ...credentials, timeoutMs, attemptsMax: 2 });
    await assertInTime(source.token(), isTransient('connection'));
  });

  test('keys that cannot be fetched are missed in time', async () => {
    await using issuer = await startTokenIssuer();
    const one = createTokenVerifier({
      issuer: issuer.issuer,
      audience: tokenAudience,
      jwksUrl: urlOf(silent.port, '/keys'),
      fetchTimeoutMs: timeoutMs,
    });
    const token = issuer.operator().replace('Bearer ', '');
    await assertInTime(one.verify(token), (error) => (error as AppError).code === 'unavailable');
  });
});
