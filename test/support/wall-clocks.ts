import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ComponentSettings, components } from '@dronedelivery/local/topology';
import type { TestSystem } from './test-system.ts';

const preload = pathToFileURL(path.join(import.meta.dirname, 'clock-preload.ts')).href;

/** Wall clocks of a system's processes, which a test can set as an administrator or a time server would. */
export class WallClocks implements Disposable {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'drone-delivery-clocks-'));

  /** For the system whose clocks they are. */
  get settings(): ComponentSettings {
    const own = { NODE_OPTIONS: `--import=${preload}`, TEST_CLOCKS: this.#folder };
    return Object.fromEntries(components.map((component) => [component, own]));
  }

  /** Until the process ends, or the next time. */
  set({ system }: TestSystem, instance: string, aheadMs: number): void {
    const file = path.join(this.#folder, String(system.process(instance).pid));
    writeFileSync(`${file}-new`, String(aheadMs));
    renameSync(`${file}-new`, file);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
