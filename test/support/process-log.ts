import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TestSystem } from './test-system.ts';

export interface LogLine {
  readonly time: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** What a process has logged since then (epoch milliseconds); a line that is not complete yet is left out. */
export function logLines({ dataDir }: TestSystem, process: string, since = 0): LogLine[] {
  return readFileSync(path.join(dataDir, 'logs', `${process}.log`), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ time }) => Date.parse(time) >= since);
}
