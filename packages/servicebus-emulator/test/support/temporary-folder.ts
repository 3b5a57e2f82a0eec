import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

export function createTemporaryFolder(): Promise<TemporaryFolder> {
  return createFolderIn(tmpdir());
}

/** Where the system has one that lives in memory: tests that write and reopen thousands of times would wait for the disk. */
export function createFastFolder(): Promise<TemporaryFolder> {
  const inMemory = '/dev/shm';
  return createFolderIn(existsSync(inMemory) ? inMemory : tmpdir());
}

async function createFolderIn(parent: string): Promise<TemporaryFolder> {
  const folder = await mkdtemp(path.join(parent, 'servicebus-emulator-'));
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
