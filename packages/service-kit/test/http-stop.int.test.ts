import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@dronedelivery/testing';
import { AppError } from '../src/app-error.ts';
import { createHttpServer, registerOperation } from '../src/http.ts';
import { silentLogger } from '../src/logger.ts';
import { slow } from './slow-operation.ts';

test('a graceful stop is not ready at once, ends what is in flight, and takes no new connection', async () => {
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const server = createHttpServer({
    name: 't',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
  });
  registerOperation(server, slow, async () => {
    started.resolve();
    await gate.promise;
    return { status: 200, body: 'done' };
  });
  const url = await server.listen();
  await (await fetch(`${url}/healthz/ready`)).text();
  const inFlight = fetch(`${url}/v1/slow`);
  await started.promise;
  const closed = server.close();
  await eventually(
    () =>
      fetch(`${url}/healthz/ready`).then(
        () => false,
        () => true,
      ),
    { what: 'refusing connections' },
  );
  gate.resolve();
  const answer = await inFlight;
  assert.equal(await answer.text(), '"done"');
  const startedAt = performance.now();
  await closed;
  assert.ok(performance.now() - startedAt < 4500, 'idle connections must not hold up the stop');
});

test('an answer that is a problem does not keep its connection, and the stop, either', async () => {
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const server = createHttpServer({ name: 't', host: '127.0.0.1', port: 0, logger: silentLogger });
  registerOperation(server, slow, async () => {
    started.resolve();
    await gate.promise;
    throw new AppError('conflict');
  });
  const url = await server.listen();
  const inFlight = fetch(`${url}/v1/slow`);
  await started.promise;
  const closed = server.close();
  gate.resolve();
  assert.equal((await inFlight).status, 409);
  const startedAt = performance.now();
  await closed;
  assert.ok(performance.now() - startedAt < 4500);
});

test('a handler that never ends does not hold up a stop beyond the drain limit', async () => {
  const started = Promise.withResolvers<void>();
  const server = createHttpServer({
    name: 't',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    drainLimitMs: 100,
  });
  registerOperation(server, slow, () => {
    started.resolve();
    return new Promise(() => undefined);
  });
  const url = await server.listen();
  const cut = assert.rejects(fetch(`${url}/v1/slow`));
  await started.promise;
  await server.close();
  await cut;
});
