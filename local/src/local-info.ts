import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Credentials } from './credentials.ts';

/** What `local.json` says of a running system, for scripts. */
export interface LocalInfo {
  readonly edgeUrl: string;
  readonly services: Readonly<Record<string, { readonly url: string; readonly pid: number }>>;
  readonly demo: Credentials & { readonly businessId: string; readonly ownerId: string };
  readonly operator: Credentials;
}

export function localInfoFile(dataDir: string): string {
  return path.join(dataDir, 'local.json');
}

export function writeLocalInfo(dataDir: string, info: LocalInfo): void {
  writeFileSync(localInfoFile(dataDir), `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
}

export function removeLocalInfo(dataDir: string): void {
  rmSync(localInfoFile(dataDir), { force: true });
}

/** @throws Error that says how to start a system when none runs there. */
export function readLocalInfo(dataDir: string): LocalInfo {
  try {
    return JSON.parse(readFileSync(localInfoFile(dataDir), 'utf8'));
  } catch {
    throw new Error(`No system runs on ${dataDir}: start one with "npm start" (and --data DIR for another folder).`);
  }
}
