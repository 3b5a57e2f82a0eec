import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '@dronedelivery/testing';

const entry = fileURLToPath(import.meta.resolve('./sample-service.ts'));

interface Running {
  readonly child: ChildProcess;
  readonly lines: () => Record<string, unknown>[];
  readonly exited: Promise<number | NodeJS.Signals | null>;
}

function start(environment: Record<string, string>): Running {
  const child = fork(entry, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  return {
    child,
    lines: () =>
      output
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    exited: exitOf(child),
  };
}

/** Not before all that it printed has been read: the exit can be known first. */
async function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  assert.ok(child.stdout);
  const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child.stdout, 'end')]);
  return signal ?? code;
}

const messages = ({ lines }: Running) => lines().map(({ msg }) => msg);

test('a service says when it is ready, and stops on a signal, however often it comes', async () => {
  const running = start({ NAME: 'x' });
  const [ready] = await once(running.child, 'message');
  assert.deepEqual(Object.keys(ready), ['kind', 'url']);
  assert.equal((await fetch(`${ready.url}/healthz/ready`)).status, 200);
  while (running.child.exitCode === null && running.child.signalCode === null) {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) running.child.kill(signal);
    await setImmediate();
  }
  assert.equal(await running.exited, 0);
  assert.deepEqual(messages(running), ['ready', 'stopping', 'stopped']);
});

test('bad settings are one message, and exit code 1', async () => {
  const running = start({ PORT: 'x' });
  assert.equal(await running.exited, 1);
  const [line, ...others] = running.lines();
  assert.equal(others.length, 0);
  assert.deepEqual(line?.problems, [
    'PORT: "x" is not an integer from 0 to 65535',
    'NAME: is missing; expected a text of at most 4096 characters',
  ]);
});

test('a start that fails ends the process with code 1', async () => {
  const running = start({ NAME: 'fails' });
  assert.equal(await running.exited, 1);
  assert.deepEqual(messages(running), ['could not start']);
});

test('a stop that hangs is ended by force', async () => {
  const running = start({ NAME: 'hangs' });
  await once(running.child, 'message');
  running.child.kill('SIGTERM');
  assert.equal(await running.exited, 1);
  assert.deepEqual(messages(running), ['ready', 'stopping', 'did not stop in time']);
});

test('what libraries leave behind does not make a good stop a bad one', async () => {
  const running = start({ NAME: 'lingers' });
  await once(running.child, 'message');
  running.child.kill('SIGTERM');
  assert.equal(await running.exited, 0);
  assert.deepEqual(messages(running), ['ready', 'stopping', 'stopped', 'ended although something was left']);
});

test('a child ends with its parent', async () => {
  const running = start({ NAME: 'x' });
  await once(running.child, 'message');
  running.child.disconnect();
  assert.equal(await running.exited, 0);
  assert.equal(running.lines()[1]?.why, 'the parent is gone');
});

test('a secret is read from its file, or from the mounted folder', async () => {
  const { readSettings, secret } = await import('../src/config.ts');
  await using folder = await tempFolder();
  const { writeFile } = await import('node:fs/promises');
  await writeFile(folder.file('client-secret'), ' mounted \n');
  await writeFile(folder.file('named'), 'named');
  await writeFile(folder.file('empty'), '\n');
  const read = (env: Record<string, string>) =>
    readSettings(env, { CLIENT_SECRET: secret() }, { secretsDir: folder.path }).clientSecret;
  assert.equal(read({}), 'mounted');
  assert.equal(read({ CLIENT_SECRET_FILE: folder.file('named') }), 'named');
  assert.equal(read({ CLIENT_SECRET: 'direct', CLIENT_SECRET_FILE: folder.file('named') }), 'direct');
  assert.throws(
    () => read({ CLIENT_SECRET_FILE: folder.file('gone') }),
    /CLIENT_SECRET_FILE: the file .* cannot be read/,
  );
  assert.throws(() => read({ CLIENT_SECRET_FILE: folder.file('empty') }), /is empty/);
});
