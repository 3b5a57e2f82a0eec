import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { type Scheduler, type Surroundings, schedulerAt } from './harness.ts';

export interface SchedulerProcess extends Scheduler {
  /** As a crash would end it. Gives how it ended. */
  readonly end: (signal: 'SIGKILL' | 'SIGTERM') => Promise<number | null>;
}

const main = path.resolve(import.meta.dirname, '../src/main.ts');

/** The scheduler as a process of its own. */
export async function startProcess({ env, issuer }: Surroundings): Promise<SchedulerProcess> {
  const child = fork(main, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const url = await readyAt(child);
  const end: SchedulerProcess['end'] = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  };
  const dispose = async () => void (await end('SIGKILL'));
  return { ...schedulerAt({ url, [Symbol.asyncDispose]: dispose }, issuer), end };
}

async function readyAt(child: ChildProcess): Promise<string> {
  const early = once(child, 'exit').then(([code]) => {
    throw new Error(`ended with ${code} before it was ready`);
  });
  const [message] = (await Promise.race([once(child, 'message'), early])) as [{ readonly url: string }];
  return message.url;
}
