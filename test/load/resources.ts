import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestSystem } from '../support/test-system.ts';
import type { Sample, Trend } from './trend.ts';
import { trendOf } from './trend.ts';

/** Longer than a service keeps a connection on which nothing is asked. */
const idleConnectionMs = 80_000;
const settleMs = 3_000;

/** What a system takes up, sampled by name: such as `memory of workflow` in megabytes. */
export class Resources {
  readonly #running: TestSystem;
  readonly #series = new Map<string, Sample[]>();

  constructor(running: TestSystem) {
    this.#running = running;
  }

  note(name: string, value: number): void {
    const series = this.#series.get(name) ?? [];
    this.#series.set(name, series);
    series.push({ atMs: Date.now(), value });
  }

  /** What each service still takes up once its idle connections are closed and its garbage is gone, by name. */
  async held(): Promise<Map<string, number>> {
    const { broker: _, ...services } = this.#running.system.info.services;
    await delay(idleConnectionMs);
    for (const { pid } of Object.values(services)) process.kill(pid, 'SIGUSR2');
    await delay(settleMs);
    return new Map(
      Object.entries(services).flatMap(([name, { pid }]) => [
        [`memory held by ${name}`, residentMb(pid)],
        [`descriptors held by ${name}`, descriptors(pid)],
      ]),
    );
  }

  async look(): Promise<void> {
    const { system, dataDir } = this.#running;
    for (const [name, { pid }] of Object.entries(system.info.services)) {
      this.note(`memory of ${name}`, residentMb(pid));
      this.note(`descriptors of ${name}`, descriptors(pid));
    }
    for (const name of ['broker', 'delivery', 'drone-scheduler', 'package', 'logs'])
      this.note(`disk of ${name}`, megabytesIn(path.join(dataDir, name)));
    const answer = await fetch(`${system.info.services.broker?.url}/status`);
    const { entities } = (await answer.json()) as { entities: { name: string; active: number; scheduled: number }[] };
    for (const { name, active, scheduled } of entities) this.note(`length of ${name}`, active + scheduled);
  }

  /** From that moment on, by name. */
  trends(fromMs: number): Map<string, Trend> {
    const later = (samples: readonly Sample[]) => samples.filter(({ atMs }) => atMs >= fromMs);
    return new Map([...this.#series].map(([name, samples]) => [name, trendOf(later(samples))]));
  }
}

/** Resident memory; Linux only. */
function residentMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(line ?? 0) * 1024) / 1e6;
}

function descriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function megabytesIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((total, file) => total + sizeOf(path.join(file.parentPath, file.name)), 0) / 1e6;
}

/** Logs and write-ahead logs come and go. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
