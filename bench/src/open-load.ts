import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export interface OpenLoad {
  readonly url: string;
  /** Of the businesses that ask in turn. */
  readonly tokens: readonly string[];
  readonly perSecond: number;
  readonly forMs: number;
  /** Of clients that wait for their answers; what would be more is not sent. */
  readonly inFlightMax: number;
  /** The only one that the clients' process takes. */
  readonly processor?: number;
}

export interface AcceptedDelivery {
  readonly id: string;
  /** Of the business that asked for it. */
  readonly token: string;
}

export interface OpenLoadResult {
  readonly accepted: readonly AcceptedDelivery[];
  readonly answers: Readonly<Record<string, number>>;
  readonly sentPerSecond: number;
  /** Refusals that did not say when to come again. */
  readonly withoutRetryAfter: number;
  readonly p99Ms: number;
}

/** Asks at a fixed rate, whatever is answered, as many independent clients do; in a process of its own, as they would be. */
export async function runOpenLoad(load: OpenLoad): Promise<OpenLoadResult> {
  const child = fork(path.join(import.meta.dirname, 'open-load-process.ts'), { serialization: 'advanced' });
  const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`The clients ended with ${code}.`)));
  child.send(load);
  const [result] = (await Promise.race([once(child, 'message'), failed])) as [OpenLoadResult];
  const exited = failed.catch(() => {});
  child.disconnect();
  await exited;
  return result;
}
