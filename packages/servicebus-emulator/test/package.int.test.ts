import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { startBrokerProcess } from './support/broker-process.ts';
import { isEmpty, receiveOne } from './support/namespace.ts';
import { createTemporaryFolder } from './support/temporary-folder.ts';

const require = createRequire(import.meta.url);
const pack = fileURLToPath(new URL('../scripts/pack.ts', import.meta.url));
const sample = readFileSync(new URL('./support/microsoft-config.jsonc', import.meta.url), 'utf8');

/** As npm would: the packed files below a node_modules, and what they depend on beside them. @returns the program */
function install(folder: string): string {
  execFileSync(process.execPath, [pack, '--destination', folder], { stdio: 'pipe' });
  const installed = path.join(folder, 'node_modules/@dronedelivery/servicebus-emulator');
  mkdirSync(installed, { recursive: true });
  const archive = path.join(folder, 'dronedelivery-servicebus-emulator-0.1.0.tgz');
  execFileSync('tar', ['xzf', archive, '-C', installed, '--strip-components=1']);
  symlinkSync(path.dirname(require.resolve('rhea/package.json')), path.join(folder, 'node_modules/rhea'));
  const { bin } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
  return path.join(installed, bin['servicebus-emulator']);
}

test("installed from its package it serves the entities of Microsoft's sample, unchanged", async () => {
  await using folder = await createTemporaryFolder();
  await using broker = await startBrokerProcess(folder.path, sample, install(folder.path));
  await using resources = new AsyncDisposableStack();
  const client = new ServiceBusClient(broker.connectionString);
  resources.defer(() => client.close());

  await client.createSender('queue.1').sendMessages({ body: 'queued' });
  assert.equal((await receiveOne(client.createReceiver('queue.1'))).body, 'queued');

  await client.createSender('topic.1').sendMessages([
    { body: 'json', contentType: 'application/json' },
    { body: 'property', applicationProperties: { prop1: 'value1' } },
    { body: 'sql', messageId: '123456', applicationProperties: { userProp1: 'value1' } },
  ]);
  const expected: Record<string, string[]> = {
    'subscription.1': ['json'],
    'subscription.2': ['property'],
    'subscription.3': ['json', 'property', 'sql'],
    'subscription.4': ['sql'],
  };
  for (const [subscription, bodies] of Object.entries(expected)) {
    const receiver = client.createReceiver('topic.1', subscription, { receiveMode: 'receiveAndDelete' });
    const got: ServiceBusReceivedMessage[] = [];
    while (got.length < bodies.length) got.push(await receiveOne(receiver));
    assert.deepEqual(got.map(({ body }) => body).sort(), bodies);
    if (subscription === 'subscription.4') assert.equal(got[0]?.to, 'Entity');
    assert.ok(await isEmpty(receiver));
  }
  assert.equal(await broker.end('SIGTERM'), 0);
});
