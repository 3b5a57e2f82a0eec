import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, test } from 'node:test';
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
  const { bin, dependencies, peerDependencies } = JSON.parse(
    readFileSync(path.join(installed, 'package.json'), 'utf8'),
  );
  mkdirSync(path.join(folder, 'node_modules/@types'));
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    symlinkSync(path.dirname(require.resolve(`${name}/package.json`)), path.join(folder, 'node_modules', name));
  }
  return path.join(installed, bin['servicebus-emulator']);
}

const folder = await createTemporaryFolder();
after(() => folder[Symbol.asyncDispose]());
const installed = install(folder.path);

test("installed from its package it serves the entities of Microsoft's sample, unchanged", async () => {
  await using broker = await startBrokerProcess(folder.path, sample, { entry: installed });
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

test('its types are whole with what the package asks for', () => {
  const program = [
    "import { type Emulator, startServiceBusEmulator } from '@dronedelivery/servicebus-emulator';",
    "export const emulator: Emulator = await startServiceBusEmulator({ config: {}, host: '127.0.0.1' });",
    '// @ts-expect-error: the types are known, and not any',
    'export const port: string = emulator.port;',
  ];
  writeFileSync(path.join(folder.path, 'package.json'), '{ "type": "module" }');
  writeFileSync(path.join(folder.path, 'program.ts'), program.join('\n'));
  const compiler = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  const options = '--noEmit --strict --target esnext --module nodenext --skipLibCheck false --types node program.ts';
  execFileSync(process.execPath, [compiler, ...options.split(' ')], { cwd: folder.path, encoding: 'utf8' });
});
