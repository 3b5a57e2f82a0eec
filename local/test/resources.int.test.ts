import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { AlreadyRunningError, lockDataFolder } from '../src/instance-lock.ts';
import { LogFile } from '../src/log-file.ts';
import { findFreePorts, PortInUseError, requireFreePort } from '../src/ports.ts';

function temporaryFolder(t: { after(run: () => void): void }): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'local-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a data folder is held by one at a time, and free again after disposal', (t) => {
  const folder = temporaryFolder(t);
  const first = lockDataFolder(folder);
  assert.throws(
    () => lockDataFolder(folder),
    (error: Error) => error instanceof AlreadyRunningError && error.message.includes(`pid ${process.pid}`),
  );
  first[Symbol.dispose]();
  lockDataFolder(folder)[Symbol.dispose]();
});

test('a port in use is named', async (t) => {
  const server = createServer();
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await assert.rejects(requireFreePort(port, '127.0.0.1'), (error: Error) => {
    return error instanceof PortInUseError && error.message.includes(String(port));
  });
});

test('free ports are distinct', async () => {
  const ports = await findFreePorts(12, 0, '127.0.0.1');
  assert.equal(new Set(ports).size, 12);
});

test('a log never takes more than twice its limit', (t) => {
  const file = path.join(temporaryFolder(t), 'x.log');
  using log = new LogFile(file);
  const chunk = Buffer.alloc(1024 * 1024, 'a');
  for (let written = 0; written < 40; written++) log.write(chunk);
  log.write('last\n');
  assert.ok(statSync(file).size + statSync(`${file}.1`).size <= 32 * 1024 * 1024);
  assert.ok(readFileSync(file, 'utf8').endsWith('last\n'));
});
