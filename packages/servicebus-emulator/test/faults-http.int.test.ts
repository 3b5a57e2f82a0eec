import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceBusClient } from '@azure/service-bus';
import { type FaultDefinition, startServiceBusEmulator } from '../src/index.ts';

const config = { UserConfig: { Namespaces: [{ Name: 'faults', Queues: [{ Name: 'q' }] }] } };

async function open(faults?: readonly FaultDefinition[]) {
  const emulator = await startServiceBusEmulator({ config, ...(faults && { faults }) });
  const url = new URL('/faults', emulator.statusUrl);
  const ask = async (method: string, body?: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url, { method, ...(body === undefined ? {} : { body: text }) });
    return { response, answer: (await response.json()) as { readonly status?: number; readonly errors?: string[] } };
  };
  return { emulator, ask, [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose]() };
}

test('faults are set, counted and cleared over HTTP', async () => {
  await using scene = await open([{ kind: 'hang', entity: 'elsewhere' }]);
  assert.deepEqual((await scene.ask('GET')).answer, {
    faults: [{ kind: 'hang', entity: 'elsewhere', strikes: 0, isActive: true }],
  });
  const fault = { kind: 'refuse-sends', entity: 'q', count: 1 };
  assert.equal((await scene.ask('PUT', [fault])).response.status, 200);
  const client = new ServiceBusClient(scene.emulator.connectionString, { retryOptions: { maxRetries: 0 } });
  await using resources = new AsyncDisposableStack();
  resources.defer(() => client.close());
  const sender = client.createSender('q');
  await assert.rejects(sender.sendMessages({ body: 1 }), { code: 'ServiceBusy' });
  await sender.sendMessages({ body: 2 });
  assert.deepEqual((await scene.ask('GET')).answer, { faults: [{ ...fault, strikes: 1, isActive: false }] });
  assert.deepEqual((await scene.ask('DELETE')).answer, { faults: [] });
  assert.deepEqual(scene.emulator.faults?.report(), []);
});

test('what cannot be set is explained, and leaves what was set', async () => {
  await using scene = await open([{ kind: 'hang', entity: 'elsewhere' }]);
  const refusals = [
    ['PUT', [{ kind: 'hang' }, { kind: 'slow', entity: '*' }], 400],
    ['PUT', '[{', 400],
    ['PUT', 'x'.repeat(70_000), 413],
    ['POST', [], 405],
  ] as const;
  for (const [method, body, status] of refusals) {
    const { response, answer } = await scene.ask(method, body);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    assert.equal(answer.status, status);
    assert.equal(response.status, status);
    if (status === 405) assert.equal(response.headers.get('allow'), 'GET, PUT, DELETE');
    if (status === 413) assert.equal(response.headers.get('connection'), 'close');
    if (status === 400 && typeof body !== 'string')
      assert.deepEqual(answer.errors, [
        'faults[0].entity: expected a name, or * for all',
        'faults[1]: slow needs delayMs',
      ]);
  }
  assert.equal(scene.emulator.faults?.report().length, 1);
});

test('where they are not enabled there is no such path, whatever the configuration says', async () => {
  await using scene = await open();
  assert.equal(scene.emulator.faults, undefined);
  for (const method of ['GET', 'PUT', 'DELETE'])
    assert.equal((await scene.ask(method, method === 'PUT' ? [] : undefined)).response.status, 404);
  const health = await fetch(new URL('/health', scene.emulator.statusUrl));
  assert.deepEqual(await health.json(), { status: 'ok' });
  for (const path of ['/health', '/status']) {
    const refused = await fetch(new URL(path, scene.emulator.statusUrl), { method: 'POST' });
    assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET']);
  }
  await assert.rejects(startServiceBusEmulator({ config: { ...config, faults: [] } }), /faults: unknown/);
});
