import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new empty folder that goes away with its disposal. */
export async function tempFolder(): Promise<AsyncDisposable & { readonly path: string; file(name: string): string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drone-delivery-'));
  return {
    path: folder,
    file: (name) => path.join(folder, name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}
