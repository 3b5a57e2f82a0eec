import { type RawAnswer, RawConnection } from './raw-connection.ts';

export interface Load {
  readonly url: string;
  readonly requests: readonly Buffer[];
  readonly concurrency: number;
  /** Called with each answer to the n-th request; throws to stop the run. */
  readonly onAnswer?: (n: number, answer: RawAnswer) => void;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly statuses: Readonly<Record<number, number>>;
}

const answerLimitMs = 30_000;

/** Sends requests over a bounded number of connections, as fast as they are answered. */
export async function runLoad({ url, requests, concurrency, onAnswer }: Load): Promise<LoadResult> {
  const statuses: Record<number, number> = {};
  const target = new URL(url);
  // One for all workers: each takes what comes next.
  const left = requests.entries();
  const worker = async () => {
    const connection = new RawConnection(target);
    for (const [n, request] of left) {
      const answer = await answerTo(connection, request);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      onAnswer?.(n, answer);
    }
    connection.close();
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { perSecond: (1000 * requests.length) / (performance.now() - startedAt), statuses };
}

/** @throws Error where none comes */
function answerTo(connection: RawConnection, request: Buffer): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => connection.close(), answerLimitMs);
    connection.ask(request, (answer) => {
      clearTimeout(late);
      if (answer === undefined) reject(new Error('A request was not answered.'));
      else resolve(answer);
    });
  });
}

export function percentiles(values: readonly number[]): { p50Ms: number; p99Ms: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
