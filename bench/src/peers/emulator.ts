import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { processorSeconds } from '../process-usage.ts';
import type { AmqpAddress } from './rabbitmq.ts';

const entry = path.resolve(import.meta.dirname, '../../../packages/servicebus-emulator/src/main.ts');
const config = { UserConfig: { Namespaces: [{ Name: 'bench', Queues: [{ Name: 'bench' }] }] } };

/** The emulator alone, as a process with one durable queue in the folder. */
export async function startEmulator(folder: string, port: number): Promise<AmqpAddress & AsyncDisposable> {
  mkdirSync(folder, { recursive: true });
  const configFile = path.join(folder, 'config.json');
  writeFileSync(configFile, JSON.stringify(config));
  const files = ['--config', configFile, '--data', path.join(folder, 'broker.db')];
  const child = fork(entry, [...files, '--port', String(port), '--http-port', '0'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  await Promise.race([once(child, 'message'), exited.then(() => Promise.reject(new Error('The emulator ended.')))]);
  return {
    port,
    queue: 'bench',
    processorSeconds: () => processorSeconds(child.pid ?? 0),
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
