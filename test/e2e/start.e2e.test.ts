import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { LocalSystem } from '@dronedelivery/local/system';
import { eventually } from '@dronedelivery/testing';

const root = path.resolve(import.meta.dirname, '../..');
const timeoutMs = 60_000;

suite('the start command', () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'drone-delivery-start-'));
  const infoFile = path.join(dataDir, 'local.json');
  const readInfo = () => JSON.parse(readFileSync(infoFile, 'utf8')) as LocalSystem['info'];
  let running: Command;
  before(async () => {
    running = start(
      '--port',
      '0',
      '--no-demo',
      '--drones',
      '4',
      '--time-scale',
      '60',
      '--replicas',
      'workflow=2,drone-scheduler=2',
    );
    await eventually(() => running.output().includes('Ctrl-C stops'), { timeoutMs, what: 'the last line' });
  });
  after(async () => {
    running.child.kill('SIGKILL');
    await running.exited;
    rmSync(dataDir, { recursive: true, force: true });
  });

  function start(...args: string[]): Command {
    return command('local/src/start.ts', '--data', dataDir, ...args);
  }

  test('prints every process with its address, the demo credentials and a line to paste', () => {
    const text = running.output();
    const { services } = readInfo();
    const names =
      'broker account package delivery drone-scheduler drone-scheduler-2 supervisor workflow workflow-2 ingestion portal edge simulator';
    assert.deepEqual(Object.keys(services).sort(), names.split(' ').sort());
    for (const { url, pid } of Object.values(services))
      assert.ok(text.includes(url) && text.includes(`pid ${pid}`), url);
    assert.match(text, /client secret \S+/);
    assert.match(text, /curl -s http/);
  });

  test('the printed line, pasted into a shell, requests a delivery', async () => {
    const line = /^curl .*deliveryrequests.*$/m.exec(running.output())?.[0] ?? '';
    const shell = spawn('bash', ['-c', line], { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    shell.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(shell, 'close');
    assert.match(Buffer.concat(chunks).toString(), /"deliveryId":"/);
  });

  test('the demo follows one delivery until it is delivered', async () => {
    const demo = command('local/src/demo.ts', '--data', dataDir);
    assert.equal(await demo.exited, 0, demo.output());
    assert.match(demo.output(), /HeadedToDropoff[\s\S]*Delivered\./);
  });

  test('a second start on the same data says that one runs already', async () => {
    const second = start('--port', '0');
    assert.equal(await second.exited, 1);
    assert.match(second.output(), /running .* already \(pid \d+\)/);
  });

  test('a port in use is named', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const other = mkdtempSync(path.join(tmpdir(), 'drone-delivery-port-'));
    const refused = command('local/src/start.ts', '--data', other, '--port', String(port));
    assert.equal(await refused.exited, 1);
    assert.match(refused.output(), new RegExp(`Port ${port} is in use`));
    server.close();
    rmSync(other, { recursive: true, force: true });
  });

  test('a process that is killed is started again on its old address', async () => {
    const before_ = readInfo().services.package;
    process.kill(before_?.pid ?? 0, 'SIGKILL');
    const message = 'package ended (SIGKILL); it starts again';
    await eventually(() => running.output().includes(message), { timeoutMs, what: 'the message' });
    const isReady = async () => {
      const answer = await fetch(`${before_?.url}/healthz/ready`).catch(() => undefined);
      return answer?.ok === true;
    };
    await eventually(isReady, { timeoutMs, what: 'the package service' });
    assert.notEqual(readInfo().services.package?.pid, before_?.pid);
  });

  test('the verification finds nothing', async () => {
    const verification = command('local/src/verify.ts', '--data', dataDir);
    assert.equal(await verification.exited, 0, verification.output());
    assert.match(verification.output(), /I1 to I7/);
  });

  test('Ctrl-C stops everything cleanly', async () => {
    const pids = Object.values(readInfo().services).map(({ pid }) => pid);
    running.child.kill('SIGINT');
    assert.equal(await running.exited, 0, running.output());
    assert.deepEqual(pids.filter(isAlive), []);
    assert.ok(!existsSync(infoFile));
    assert.ok(!running.output().includes('did not stop within'), running.output());
  });

  test('when the command itself is killed, no process stays behind', async () => {
    running = start('--port', '0', '--no-demo', '--drones', '4', '--time-scale', '60');
    await eventually(() => running.output().includes('Ready in'), { timeoutMs, what: 'the second ready line' });
    const pids = Object.values(readInfo().services).map(({ pid }) => pid);
    running.child.kill('SIGKILL');
    await eventually(() => pids.every((pid) => !isAlive(pid)), { timeoutMs, what: 'the end of all processes' });
  });
});

interface Command {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  output(): string;
}

function command(entry: string, ...args: string[]): Command {
  const child = spawn(process.execPath, [path.join(root, entry), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, exited, output: () => output };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
