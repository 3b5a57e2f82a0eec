import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const sourceEntry = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** An emulator as a process of its own, which can be killed. */
export interface BrokerProcess extends AsyncDisposable {
  readonly connectionString: string;
  /** Ends it and answers its exit code, null when the signal ended it. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  /** Resolves to its exit code when it has ended by itself. */
  readonly ended: Promise<number | null>;
}

export interface BrokerProgram {
  /** The sources' own where absent. */
  readonly entry?: string;
  /** A module that changes what it runs on. */
  readonly preload?: string;
}

/**
 * @param folder holds its configuration and its data
 * @param config what the file says, or its text
 */
export async function startBrokerProcess(
  folder: string,
  config: object | string,
  { entry = sourceEntry, preload }: BrokerProgram = {},
): Promise<BrokerProcess> {
  const configFile = path.join(folder, 'config.json');
  await writeFile(configFile, typeof config === 'string' ? config : JSON.stringify(config));
  const files = ['--config', configFile, '--data', path.join(folder, 'broker.db')];
  const nodeOptions = preload === undefined ? [] : ['--import', preload];
  const child = spawn(process.execPath, [...nodeOptions, entry, ...files, '--port', '0', '--http-port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const connectionString = await readConnectionString(child);
  const end = (signal: NodeJS.Signals) => endProcess(child, signal);
  return {
    connectionString,
    end,
    ended,
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
    },
  };
}

async function readConnectionString(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The process has no output.');
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /^Listening: (.+)$/.exec(line);
    if (match?.[1] !== undefined) return match[1];
  }
  throw new Error('The broker ended before it listened.');
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  // Again and again: impatience must not change how it ends.
  while (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await setImmediate();
  }
  return child.exitCode;
}
