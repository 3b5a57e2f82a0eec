import { Pool } from 'undici';

export interface Load {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Body of the n-th request. */
  readonly body: (n: number) => string;
  readonly count: number;
  readonly concurrency: number;
  /** Called with each answer; throws to stop the run. */
  readonly onAnswer?: (n: number, status: number, text: string) => void;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly statuses: Readonly<Record<number, number>>;
}

const answerLimitMs = 30_000;

/** Sends a bounded number of requests over a bounded number of connections, as fast as they are answered. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const pool = new Pool(load.url, {
    connections: load.concurrency,
    bodyTimeout: answerLimitMs,
    headersTimeout: answerLimitMs,
  });
  const latenciesMs: number[] = [];
  const statuses: Record<number, number> = {};
  let next = 0;
  const worker = async () => {
    while (next < load.count) {
      const n = next++;
      const startedAt = performance.now();
      const { method, path, headers } = load;
      const answer = await pool.request({ method, path, headers, body: load.body(n) });
      const text = await answer.body.text();
      latenciesMs.push(performance.now() - startedAt);
      statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1;
      load.onAnswer?.(n, answer.statusCode, text);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: load.concurrency }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  await pool.close();
  return { perSecond: load.count / seconds, ...percentiles(latenciesMs), statuses };
}

export function percentiles(values: number[]): { p50Ms: number; p99Ms: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
