import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = path.join(
  path.dirname(fileURLToPath(import.meta.resolve('@dronedelivery/servicebus-emulator'))),
  'main.ts',
);

export interface BrokerPeer extends AsyncDisposable {
  readonly pid: number;
  readonly connectionString: string;
  /** From the fork until it listened. */
  readonly startedAfterMs: number;
}

/** The emulator as a process of its own, with the data that the folder holds. */
export async function startBroker(folder: string, config: object): Promise<BrokerPeer> {
  const configFile = path.join(folder, 'config.json');
  writeFileSync(configFile, JSON.stringify(config));
  const files = ['--config', configFile, '--data', path.join(folder, 'broker.db')];
  const startedAt = performance.now();
  const child = fork(main, [...files, '--port', '0', '--http-port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  if (child.stdout === null || child.pid === undefined) throw new Error('The broker cannot be started.');
  for await (const line of createInterface({ input: child.stdout })) {
    const connectionString = /^Listening: (.+)$/.exec(line)?.[1];
    if (connectionString === undefined) continue;
    const stop = async () => {
      child.disconnect();
      await exited;
    };
    const startedAfterMs = performance.now() - startedAt;
    return { pid: child.pid, connectionString, startedAfterMs, [Symbol.asyncDispose]: stop };
  }
  throw new Error('The broker ended before it listened.');
}
